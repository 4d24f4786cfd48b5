"""The pages about many trainings: Runs with its leaderboard, Compare, Sweeps."""
