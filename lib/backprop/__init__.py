"""Layers, losses and optimisers in NumPy: the code that the chapters derive and show."""
