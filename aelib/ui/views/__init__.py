"""A run as a person sees it."""
