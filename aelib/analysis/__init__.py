"""Analyses of runs, one question per module."""
