"""Everything on one machine, without containers: `setup` provides the programs, the rest runs and watches them.

Here belongs what starts, checks, describes and stops processes. It knows the application by its commands, ports and
environment variables alone and imports none of it.
"""
