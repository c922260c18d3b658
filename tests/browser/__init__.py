"""The checkout page in a real Chromium against a real stack: here belongs what a person sees and does in a browser."""
