"""One file, one thing the persona may do."""
