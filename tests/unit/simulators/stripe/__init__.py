"""The Stripe simulator's rules and its web application in the test's own process."""
