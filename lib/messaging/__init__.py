"""RabbitMQ, for publishers, consumers and operators: connections with limits, confirms, a loop that reconnects.

The caller brings the topology, the messages, and the handler that runs before a message is acknowledged.
"""
