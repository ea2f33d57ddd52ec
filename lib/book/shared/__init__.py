"""What all of the book's rooms stand on: errors, trees of HTML, formulas, what is kept."""
