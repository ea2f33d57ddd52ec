"""What is claimed, and whether it holds: compared, mutated, reported."""
