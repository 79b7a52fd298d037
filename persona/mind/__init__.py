"""How the persona decides."""
