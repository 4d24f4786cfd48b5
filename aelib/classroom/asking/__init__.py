"""What a lesson asks its students, before a training and after it, and what they answered."""
