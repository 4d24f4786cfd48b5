"""Data sets that are downloaded once, or found in `AELIB_DATA`."""
