"""The core: one persona, whom it knows, what it keeps, how it decides, what it does. Pure: no I/O."""
