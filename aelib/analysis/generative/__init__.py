"""Nets that make new images: samples, likelihood, collapsed codes, classes asked for, codebooks."""
