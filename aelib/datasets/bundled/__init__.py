"""Data sets that come with this package, or with a library that it requires."""
