"""One file, one Lambda entry point: the listing is what runs."""
