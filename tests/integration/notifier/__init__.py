"""The Notifier as a process on a real RabbitMQ."""
