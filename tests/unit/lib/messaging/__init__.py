"""The publisher, the consumer and the topology, on a broker in memory."""
