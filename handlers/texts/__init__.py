"""Every sentence a person reads, in Chinese and in one place, so that a hospital can re-word it."""
