"""The suites that meet the SDK, run on the oldest supported version, the newest, and one in between: `make matrix`."""
