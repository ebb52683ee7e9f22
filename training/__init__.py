"""How the encoder and the reader are trained; never needed to run Tresse."""
