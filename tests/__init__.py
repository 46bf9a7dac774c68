"""Ours come first: a library may bring a package of this name along."""
