"""A local Azure ML: its rules (`world`), the rules over HTTP (`emulator`), what jobs compute (`engines`), what registries hold (`catalogue`)."""
