"""A local Azure ML: its rules (`world`), served over HTTP (`emulator`), with what jobs compute and registries hold."""
