"""The user's own data: glyph tables, pictures, archives of pictures."""
