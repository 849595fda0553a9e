"""Bounds, tests and sample sizes: pure functions of numbers, each after the source that it names.

All bounds are one-sided. All chance is a seed. What a function returns does not depend on the order of its data, on the
number of threads, or on how a library adds up.
"""
