"""Kafka on both sides of the core: agents, state of place, rejects, metrics."""
