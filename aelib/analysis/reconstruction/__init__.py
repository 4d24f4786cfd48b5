"""What comes out of a net: how well it restores, compresses and enlarges, beside what is done without one."""
