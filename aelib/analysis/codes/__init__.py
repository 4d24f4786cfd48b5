"""What codes can be used for: classification, clustering, search, features."""
