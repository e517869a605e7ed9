"""JSON: what certification takes in and gives out, a module for each subject."""
