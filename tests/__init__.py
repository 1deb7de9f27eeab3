"""The tests; `tests/conftest.py` holds what they share."""
