"""Training as a person sees it: start, progress, stop, and work in the background."""
