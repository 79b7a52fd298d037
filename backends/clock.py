"""The machine's time, for either family."""

import time


class Clock:
    """Implements `persona.ports.Clock`."""

    def now(self) -> float:
        return time.time()
