"""The outputs of a net: how well it restores, compresses and enlarges, compared with methods without a net."""
