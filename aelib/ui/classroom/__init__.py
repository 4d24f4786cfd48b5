"""Parts of pages for a class: predictions, joining, what the teacher sees."""
