"""What a mind can do with memory while it thinks: read at once, wish for the rest."""

from collections.abc import Iterable

from persona.memory import recall, walls
from persona.memory.index import Match
from persona.memory.standing import Standing
from persona.mind.words import speaker
from persona.model import Evidence
from persona.ports import Ports


class MemoryHands:
    """Collects what a turn relied on and wishes for; nothing is changed before the commit."""

    def __init__(self, standing: Standing, ports: Ports, author: str = "") -> None:
        self._standing = standing
        self._author = author
        self._ports = ports
        self.cited: dict[str, Evidence] = {}
        self.forgotten: dict[str, Evidence] = {}
        self.keeps = False

    def by(self, one: Evidence) -> str:
        """Who said it, where several people speak, so that no words are just "yours"."""
        return speaker(one.author) if self._standing.is_shared else ""

    def match(self, words: str, limit: int = 12) -> list[Match]:
        """What covers the words, best first, without what this turn is about to forget."""
        if self._standing.place_is_unproven:
            return []
        return recall.match(self._standing, words, self._ports, limit, self._may_see)

    def forgettable(self, words: str, limit: int = 50) -> list[Match]:
        """What of the speaker's own covers the words, best first."""
        if self._standing.place_is_unproven:
            return []
        found = recall.match(self._standing, words, self._ports, limit, self._may_forget)
        return [match for match in found if match.evidence.tells]

    def own(self) -> list[Evidence]:
        """All that the speaker may have forgotten, oldest first."""
        if self._standing.place_is_unproven:
            return []
        index = self._ports.indexes.open(self._standing, self._ports)
        return [one for one in index.everything() if self._may_forget(one)]

    def recall(self, words: str, limit: int = 12) -> list[Evidence]:
        """What bears on the words, best first: to think with, not all of it an answer."""
        if self._standing.place_is_unproven:
            return []
        found = recall.recall(self._standing, words, self._ports, limit, self._may_see)
        return [match.evidence for match in found]

    def everything(self) -> list[Evidence]:
        """All that may be recalled here, oldest first."""
        if self._standing.place_is_unproven:
            return []
        index = self._ports.indexes.open(self._standing, self._ports)
        return [one for one in index.everything() if self._may_see(one)]

    def _may_see(self, one: Evidence) -> bool:
        """Not about to be forgotten, and open to whoever hears the answer."""
        standing = self._standing
        may_hear = walls.may_hear(one, standing.place.home, standing.audience)
        return may_hear and one.id not in self.forgotten and standing.opens(one)

    def _may_forget(self, one: Evidence) -> bool:
        """Their own words, sensitive or not; nobody takes away what another said."""
        standing = self._standing
        if not standing.is_shared:
            return self._may_see(one)
        is_here = one.home == standing.place.home and one.author == self._author
        return is_here and one.id not in self.forgotten

    def cite(self, used: Iterable[Evidence]) -> None:
        """The reply relies on these: `why` will show them, and forgetting them silences it."""
        self.cited.update((one.id, one) for one in used)

    def keep(self) -> None:
        """The words of this turn are to be kept as a note."""
        self.keeps = True

    def forget(self, gone: Iterable[Evidence]) -> None:
        self.forgotten.update((one.id, one) for one in gone)
