"""What runs inside a peer's own environment, one module a kind of measurement."""
