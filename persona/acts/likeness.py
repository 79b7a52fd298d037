"""Whom does this write like? Compares textures; what it finds is a suggestion to the lane, no more.

It reads how all persons write and none of their words, opens nothing and joins nothing. Of a lane
that is linked to nothing it may find that it writes like somebody known: its turn then says how one
links, to whom it concerns or not, and names nobody. Of a linked address it may find that it writes
like somebody else: its turn then closes the person's memory there. With it goes by what: how sure,
which families of marks, which habits of the keyboard, and never a word. Repeating an act repeats its
event, which is then a seen one.
"""

import json
from collections.abc import Mapping
from typing import Any

from persona import keys
from persona.acts.textures import FUNCTION
from persona.decision import Act
from persona.memory.texture import Texture
from persona.model import FORMAT, Audience, Event
from persona.people import textures
from persona.people.lent import UNLIKE, chance_of_same
from persona.people.same import Crowd, Guess
from persona.people.score import plain
from persona.ports import Hands, Ports, Put, Sent


class Likening:
    """Carries out the acts of the function `likeness`; repeating one is harmless: it is `keyed`."""

    keyed, settling, lookup = True, 0.0, None

    def heard_by(self, act: Act, hands: Hands) -> Audience:
        """It says nothing to anybody."""
        return "private"

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def send(self, act: Act, hands: Hands) -> Sent:
        """One look; where more are known than can be told apart by writing, nobody is looked at."""
        known, fresh = self._known(act)
        if act.text == "who":
            own = known.pop(act.lane, None)
            crowd = Crowd(known)
            guess = crowd.guess(own) if own is not None else Guess()
            if own is not None and guess.named:
                because = plain(crowd, guess.named, own, guess.chance, is_theirs_told=False)
                self._suggest(act, "link", "link", because, textures.seal_of(act.lane, guess.named))
        elif fresh is not None:
            crowd = Crowd(known)
            chance = chance_of_same(crowd, act.lane, fresh)
            if chance is not None and chance < UNLIKE:
                because = plain(crowd, act.lane, fresh, chance, is_theirs_told=True)
                self._suggest(act, "closing", act.id, because)
        return Sent()

    def _known(self, act: Act) -> tuple[dict[str, Texture], Texture | None]:
        """Everybody's texture by lane, and that of what this address wrote lately."""
        table = self._ports.table
        own = keys.Scope.of_textures([act.lane])
        table.within(own).commit([Put(keys.textured(act.lane), {"v": FORMAT})])
        lanes = textures.listed(table.within(own))
        if len(lanes) > textures.MOST_KNOWN:
            return {}, None
        ports = self._ports.within(keys.Scope.of_textures(lanes))
        key = keys.fresh(act.lane, act.home)
        fresh = textures.open_row(ports, key, ports.table.get([key]).get(key))
        return textures.read(ports, lanes), fresh

    def _suggest(
        self, act: Act, what: str, once: str, because: Mapping[str, Any], like: str = ""
    ) -> None:
        """Puts what was found into the lane; it names nobody: `like` says nothing to who reads it."""
        event = Event(
            id=f"{FUNCTION}:{act.lane}:{once}",
            kind="suggestion",
            address=act.address,
            author=act.address,
            thread=act.thread,
            at=self._ports.clock.now(),
            detail={**act.detail, "suggests": what, "score": json.dumps(because), "like": like},
            home=act.home,
        )
        self._ports.lanes.put(act.lane, event.to_json(), event.id)
