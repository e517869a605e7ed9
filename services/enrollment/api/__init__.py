"""JSON: what the training side takes in and gives out, a module for each subject."""
