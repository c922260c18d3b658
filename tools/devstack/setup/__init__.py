"""Set-up from nothing: run by the system's python3 before any package is there, so standard library only.

Here belongs what brings a program or package onto the machine. Each step asks first whether its work is done.
"""
