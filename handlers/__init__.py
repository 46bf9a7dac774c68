"""The conversations: what we ask, and what we do once we know enough."""
