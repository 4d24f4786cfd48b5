"""A person's own data: glyph tables, pictures, archives of pictures."""
