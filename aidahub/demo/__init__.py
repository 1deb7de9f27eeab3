"""The trial site: `make run` and its made-up people."""
