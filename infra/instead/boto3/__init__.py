"""Bolt's Lambda adapter imports boto3 for lazy listeners, and the hub has none.

The real one loads the S3 transfer manager: a fifth of the floor of a cold start.
"""


def client(name: str) -> None:
    raise NotImplementedError(f"boto3 is not in this bundle; nothing may ask it for {name}")
