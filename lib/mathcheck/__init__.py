"""Reads the LaTeX of a Markdown chapter, evaluates it, and checks every equation in it."""
