"""The bell: an asynchronous invoke of the function that works a lane's acts."""

import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

from backends.aws._clients import translating
from persona.errors import Broken, Transient

log = logging.getLogger("hub.bell")


class Bell:
    """Implements `persona.ports.Bell`; `prefix` begins every function's name.

    A ring that AWS did not take is counted in `lost` and logged: the act stands in the table,
    and the sweeper finds it within a minute.
    """

    def __init__(self, client: Callable[[], Any], prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self.lost = 0

    def ring(
        self, function: str, lane: str, acts: Sequence[str] = (), behind: Sequence[str] = ()
    ) -> None:
        ring = {"function": function, "lane": lane, "acts": list(acts), "behind": list(behind)}
        try:
            with translating():
                self._client().invoke(
                    FunctionName=self._name(function),
                    InvocationType="Event",
                    Payload=json.dumps(ring, separators=(",", ":")).encode(),
                )
        except (Broken, Transient) as error:
            self.lost += 1
            log.warning("ring lost: %s", error, extra={"function": function})

    def _name(self, function: str) -> str:
        """Sockets and plans have a function of their own; every other is one of acts."""
        is_own = function in ("plan", "socket")
        return f"{self._prefix}{'' if is_own else 'act-'}{function}"
