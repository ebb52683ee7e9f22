"""The bytes of a PDF in, a layout out, by the places of its characters."""
