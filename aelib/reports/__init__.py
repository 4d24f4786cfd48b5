"""Runs to hand in: an HTML page, a notebook, a script in plain PyTorch."""
