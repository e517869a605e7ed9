"""Files of results and of old certificates, row by row."""
