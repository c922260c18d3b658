"""What set-up and stack decide, on fake programs and folders, without sockets."""
