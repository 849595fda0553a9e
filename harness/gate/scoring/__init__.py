"""Asking two deployments the same questions, in turn and at one pace, and measuring what they answered afterwards."""
