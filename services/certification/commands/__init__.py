"""What a person or an event makes certification do: one function each, inside the caller's transaction."""
