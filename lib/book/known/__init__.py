"""What is known of the book before a page of it is made: code, results, literature, equations."""
