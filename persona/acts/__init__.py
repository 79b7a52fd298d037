"""What the persona does."""
