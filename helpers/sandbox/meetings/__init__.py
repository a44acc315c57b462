"""Calls that meet: conferences, and queues in which they wait for one another."""
