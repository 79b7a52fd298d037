"""What a mind can do with memory while it thinks: read at once, wish for the rest."""

from collections.abc import Iterable

from persona.memory import recall
from persona.memory.index import Match
from persona.memory.meaning import Mean, by_words_alone
from persona.memory.standing import Standing
from persona.model import Evidence
from persona.ports import Ports


class MemoryHands:
    """Collects what a turn relied on and wishes for; nothing is changed before the commit.

    `mean` makes the vectors of questions.
    """

    def __init__(self, standing: Standing, ports: Ports, mean: Mean = by_words_alone) -> None:
        self._standing, self._mean = standing, mean
        self._ports = ports
        self.cited: dict[str, Evidence] = {}
        self.forgotten: dict[str, Evidence] = {}
        self.keeps = False
        self.to_forget = ""

    @property
    def is_shared(self) -> bool:
        """Whether several people speak here, so that no words are just "yours"."""
        return self._standing.is_shared

    def match(self, words: str, limit: int = 12) -> list[Match]:
        """What covers the words, best first, without what this turn is about to forget."""
        if self._standing.place_is_unproven:
            return []
        return recall.match(self._standing, words, self._ports, limit, self._may_see)

    def recall(self, words: str, limit: int = 12) -> list[Evidence]:
        """What bears on the words, best first: to think with, not all of it an answer."""
        if self._standing.place_is_unproven:
            return []
        found = recall.recall(self._standing, words, self._ports, limit, self._may_see, self._mean)
        return [match.evidence for match in found]

    def everything(self) -> list[Evidence]:
        """All that may be recalled here, oldest first."""
        if self._standing.place_is_unproven:
            return []
        index = self._ports.indexes.open(self._standing, self._ports)
        return [one for one in index.everything() if self._may_see(one)]

    def _may_see(self, one: Evidence) -> bool:
        """Not about to be forgotten, and open to the address that asks."""
        return one.id not in self.forgotten and self._standing.opens(one.home, one.at)

    def cite(self, used: Iterable[Evidence]) -> None:
        """The reply relies on these: `why` will show them, and forgetting them silences it."""
        self.cited.update((one.id, one) for one in used)

    def keep(self) -> None:
        """The words of this turn are to be kept as a note."""
        self.keeps = True

    def forget(self, gone: Iterable[Evidence]) -> None:
        self.forgotten.update((one.id, one) for one in gone)
