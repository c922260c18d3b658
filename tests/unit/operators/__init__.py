"""What operators see and decide on the command line, with a fake Temporal behind the port."""
