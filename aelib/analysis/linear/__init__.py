"""Nets beside PCA: planes, axes, errors and bits."""
