"""Programs that are started together and end together: what `make run`, `make stack` and the tests share."""
