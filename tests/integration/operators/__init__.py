"""What operators do on the command line, on a stack of its own: sagas are terminated and parked on purpose."""
