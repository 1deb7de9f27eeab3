"""The pages on which people ask for access and follow their requests."""
