"""How often the gate errs, measured: on scores of one's own, on made-up ones, and with faults put into answers."""
