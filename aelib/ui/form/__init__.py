"""The form of an experiment: controls, uploads, teacher's links, and the address that stores all of it."""
