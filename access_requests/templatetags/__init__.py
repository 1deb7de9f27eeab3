"""Template tags about access requests."""
