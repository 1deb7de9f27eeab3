"""Template tags about datasets."""
