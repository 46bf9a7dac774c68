"""The door: WeChat in and out, and the one place where everything is wired."""
