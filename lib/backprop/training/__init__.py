"""Training: the loop, evaluation, and runs that go on where they stopped."""
