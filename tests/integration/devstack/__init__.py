"""Stacks that really run: of tiny processes, and of the real Temporal and RabbitMQ."""
