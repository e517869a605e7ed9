"""The rules of certification: no I/O and no clock; dates and random choices come in as arguments."""
