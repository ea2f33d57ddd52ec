"""The demonstration's library: one layer."""
