"""A person's own calendar over CalDAV (RFC 4791): what the capabilities on it share."""
