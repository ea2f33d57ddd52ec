"""What is made: pages, figures, notebooks, what the search reads, the files beside them."""
