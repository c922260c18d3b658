"""What deals with payment providers."""
