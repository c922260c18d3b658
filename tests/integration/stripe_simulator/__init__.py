"""The Stripe simulator as a process of its own, through the official SDK and to a real webhook endpoint."""
