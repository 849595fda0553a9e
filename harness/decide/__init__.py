"""Pure decisions: each takes plain values and returns a value with its reason. Standard library only."""
