"""What was asked and answered, line by line in an append-only file, and the paired view that a verdict is made from."""
