"""HTTP/2 is never switched on here; the real one loads the metadata of packages to look for it."""
