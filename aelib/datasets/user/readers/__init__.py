"""Readers of a person's own data, one module for each kind of form; `formats` is the list of them."""
