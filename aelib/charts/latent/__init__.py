"""Codes: planes of them, codebooks, PCA, and what codes are good for."""
