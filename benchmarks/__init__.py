"""What the house costs, each piece beside its floor or its rival, in one run: `make bench`."""
