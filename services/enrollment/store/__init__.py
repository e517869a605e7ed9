"""SQL that loads and keeps what the domain decides on. Every function takes the transaction first, and whole sets."""
