"""What the names of a tree mean: symbols, their shapes, the scopes in which they hold."""
