"""What ops decides without input or output: what an event refers to, what a failure is, what a trace says."""
