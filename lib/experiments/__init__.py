"""Trains the chapters' models on real data and writes data/results/."""
