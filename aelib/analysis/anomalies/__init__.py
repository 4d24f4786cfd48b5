"""Anomaly detection: how anomalous (odd) a net that was trained on some classes finds images of other classes."""
