"""The whole site under faults: people act over HTTP while its parts are killed, and at the end somebody judges."""
