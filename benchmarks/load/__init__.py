"""The load test of a class server: `python -m benchmarks.load`."""
