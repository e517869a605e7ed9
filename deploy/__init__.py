"""How Keur is run: the system on one machine (local), the demo, the verbs of ``keur`` (cli), containers (docker)."""
