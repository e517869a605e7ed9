"""HTML: the register for everybody, and the office's desk."""
