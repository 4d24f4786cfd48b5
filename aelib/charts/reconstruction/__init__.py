"""What comes out of a net: restored and compressed images, and what its layers make of them."""
