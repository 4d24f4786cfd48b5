"""Canvases in plain JavaScript, each with the Python that feeds it."""
