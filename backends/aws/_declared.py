"""A client for a capability: it asks for what was declared and for nothing else.

Its function's role says the same; here an undeclared wish fails before it is sent, in tests too.
"""

from collections.abc import Callable, Collection
from typing import Any

from persona.errors import Broken

ACTIONS = {
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
}
"""Where IAM calls an operation by another name than its API."""


def action(api: str, operation: str) -> str:
    """What IAM calls this operation of an API."""
    asked = f"{api}:{operation}"
    return ACTIONS.get(asked, asked)


class Declared:
    """Implements no port: botocore's client of one API, its operations bounded by `actions`."""

    def __init__(self, client: Any, actions: Collection[str]) -> None:
        self._client = client
        self._actions = frozenset(actions)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        """Raises Broken for an operation that was not declared."""
        meta = self._client.meta
        operation = meta.method_to_api_mapping.get(method, method)
        asked = action(meta.service_model.endpoint_prefix, operation)
        if asked not in self._actions:
            raise Broken(f"{asked} was not declared")
        return getattr(self._client, method)
