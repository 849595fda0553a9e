"""Between the SDK's entities and the wire form that the world keeps: one module a kind of resource."""
