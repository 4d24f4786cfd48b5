"""Reports of runs: an HTML page, a notebook, a script in plain PyTorch."""
