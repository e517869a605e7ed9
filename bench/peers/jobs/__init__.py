"""One file for each peer, run in that peer's own environment: nothing here imports anything of Keur."""
