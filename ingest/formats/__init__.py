"""The bytes of a file of each format in, its layout out."""
