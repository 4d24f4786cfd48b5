"""The engine in the browser: dense nets in plain JavaScript (engine/), and what it is told of runs and experiments.

It computes what the engines of `aelib.training` compute, with the same names, from the same first weights and the same
noise. docs/engines.md puts them side by side.
"""
