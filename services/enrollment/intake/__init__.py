"""What others give us, by file or by JSON: rows are checked by one model per kind, and taken by one command."""
