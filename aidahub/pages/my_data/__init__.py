"""Everything that is kept about a person, for themselves to take away (GDPR, articles 15 and 20)."""
