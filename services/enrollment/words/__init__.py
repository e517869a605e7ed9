"""What pages and reports call things, in words that can be translated."""
