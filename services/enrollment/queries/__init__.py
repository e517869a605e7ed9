"""SQL for lists and pages: rows out, no domain."""
