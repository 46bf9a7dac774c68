"""Every sentence a person reads, in Chinese and in one place: a hospital re-words it here."""
