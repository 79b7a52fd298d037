"""Whom the persona knows."""
