"""Nets that generate images: samples, likelihood, collapsed codes, class-conditional generation, codebooks."""
