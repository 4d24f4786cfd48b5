"""What can be found out about runs, one question a module."""
