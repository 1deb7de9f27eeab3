"""`/metrics/`: what the hub holds, where it went, and what became of requests, in numbers that point at nobody."""
