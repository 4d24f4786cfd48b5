"""Canvases in plain JavaScript, each beside the Python that feeds it."""
