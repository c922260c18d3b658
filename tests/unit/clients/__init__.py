"""The clients: what each answer of a service or of the broker means."""
