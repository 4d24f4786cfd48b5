"""The engine in the browser: dense nets in plain JavaScript (engine/), and the data that it receives about runs and
experiments.

It computes the same as the engines of `aelib.training`, with the same names, the same initial weights and the same
noise. docs/engines.md compares them.
"""
