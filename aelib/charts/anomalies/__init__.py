"""Charts of scores that tell odd images from normal ones."""
