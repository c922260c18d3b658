"""Tests of one part without sockets: rules, branches, refusals; what needs a process belongs into integration."""
