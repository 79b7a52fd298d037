"""Who the persona is."""
