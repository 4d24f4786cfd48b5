"""Choosing an experiment: controls, uploads, a teacher's link, and the address that keeps it all."""
