"""Runs as something to hand in: a page (html.py), a notebook (notebook.py), a script without aelib (script.py)."""
