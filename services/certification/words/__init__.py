"""What pages and answers call things, in words that can be translated."""
