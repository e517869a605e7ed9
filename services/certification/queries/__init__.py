"""SQL for pages and lists: rows out, no domain objects."""
