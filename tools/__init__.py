"""What developers run beside the product: the stack on one machine, measurements, faults."""
