"""Nets compared with PCA: planes, axes, errors and bits."""
