"""Data sets that come with the package, or with a library that it needs."""
