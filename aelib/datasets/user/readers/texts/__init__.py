"""Images written as text."""
