"""SQL that loads and keeps certification's domain objects. Every function takes ``tx`` first."""
