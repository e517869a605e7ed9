"""The rules of the training. No I/O and no clock: dates come in as arguments, facts come in loaded."""
