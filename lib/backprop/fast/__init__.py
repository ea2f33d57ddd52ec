"""The plain functions, made fast."""
