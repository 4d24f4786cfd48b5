"""The commands of `python -m aelib`, a subject a file. Each takes the parsed options and returns the exit code."""
