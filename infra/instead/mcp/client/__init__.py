"""Stands for the package's front, which would load the server beside the client."""
