"""What terms come to: numbers, draws, derivatives."""
