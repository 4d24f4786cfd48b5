"""Many trainings beside each other: seeds, sweeps, the leaderboard, and the speed of devices."""
