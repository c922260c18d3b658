"""What runs the application elsewhere: the compose file, the image and its packages, checked without an engine."""
