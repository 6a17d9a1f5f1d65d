"""Readers that behave and misbehave, for tests of the sandbox. Each file says in its first line what is to happen."""
