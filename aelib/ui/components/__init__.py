"""Canvases in plain JavaScript, each with the Python module that sends its data."""
