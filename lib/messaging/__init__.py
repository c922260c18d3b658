"""RabbitMQ, as whoever publishes, consumes or looks into a queue needs it: limits, confirms, a loop that reconnects.

The caller says what stands in the broker, what a message holds, and what is done before it is acknowledged.
"""
