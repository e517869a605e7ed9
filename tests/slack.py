"""How many times a promised time may pass before a test calls it broken."""

import os

SLACK = float(os.environ.get("KEUR_TEST_SLACK", "5"))
"""Other work shares the machine in an ordinary run. ``KEUR_TEST_SLACK=1`` holds the promises to the second."""
