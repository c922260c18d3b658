"""What `make help` lists, run as people run it, in a copy of the repository: nothing of the repository is changed."""
