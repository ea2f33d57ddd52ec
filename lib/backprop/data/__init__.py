"""The data sets of the book: where they come from, how they are fetched, read and prepared."""
