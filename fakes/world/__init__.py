"""Azure ML's rules, once and in memory: resources, state machines, clock, faults. It knows no HTTP and no SDK."""
