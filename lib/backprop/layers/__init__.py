"""The functions of the chapters as layers that keep their parameters, and networks of them."""
