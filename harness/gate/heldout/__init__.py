"""Held-out conversations: read, told apart by their content, and compared with what the model was trained on."""
