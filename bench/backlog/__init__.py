"""A backlog of a million events drains: what the service and the broker need for it, and that nothing is lost."""
