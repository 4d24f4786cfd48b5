"""What the codes of a net are good for: classes, clusters, search, features."""
