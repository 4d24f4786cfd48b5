"""Colours of curves and classes, readable on a light and on a dark background."""

BLUE, GREY = "#3b82f6", "#8a93a3"
SERIES = [BLUE, "#ea580c", "#0d9488", "#a855f7", "#ca8a04", "#db2777"]  # for several curves in one plot
CLASSES = ["#3b82f6", "#ea580c", "#16a34a", "#dc2626", "#9333ea", "#a16207", "#db2777", "#6b7280", "#84cc16", "#06b6d4"]
