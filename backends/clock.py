"""The machine's time."""

import time


class Clock:
    """Implements `persona.ports.Clock`."""

    def now(self) -> float:
        return time.time()
