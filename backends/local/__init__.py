"""The embedded family: SQLite, threads and files on one machine, safe at `kill -9`."""
