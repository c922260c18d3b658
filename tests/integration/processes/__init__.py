"""The intake as several processes on one machine that count in one Redis, and what of its secrets comes to light."""
