"""Readers of the user's own data, one module for each kind of format; `forms` has the list of them."""
