"""Real servers, workers and browsers for the tests."""
