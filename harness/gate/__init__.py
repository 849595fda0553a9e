"""The regression gate: whether a candidate model may take the place of the one in service, decided from evidence."""
