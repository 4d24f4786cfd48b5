"""Parts of the lessons on codes: what is odd, and what a large code finds."""
