"""The project's budgets, measured as ratios in one run on one machine: `make bench`."""
