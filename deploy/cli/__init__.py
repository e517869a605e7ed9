"""The verbs of ``keur``."""
