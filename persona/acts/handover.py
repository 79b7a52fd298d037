"""Words from a shared place into their speaker's own lane, by an act of a function of its own.

Two things go that way: what a person said to the persona there, so that they find it in private
(the copy keeps the audience `lane`), and what they want to go on with in private. Nothing comes
back, and nobody else's words go along. What becomes of the words in the place, an edit or their
end, goes the same way: a copy's event is named after the message, so that it can be found.

The function reads addresses and puts into lanes; it reaches no memory. Repeating it repeats
events, which are then seen ones.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from persona import ids
from persona.decision import Act, Decision
from persona.memory.standing import Standing
from persona.model import GUEST, Audience, Event, Kind
from persona.people import addresses
from persona.ports import Hands, Ports, Sent

FUNCTION = "handover"


@dataclass(frozen=True, slots=True)
class Given:
    """One event to come: `about` is the message's id in the shared place."""

    kind: Kind
    about: str
    once: str
    words: str
    at: float
    thread: str


def wish(
    standing: Standing,
    events: Sequence[Event],
    told: Sequence[Event],
    decision: Decision,
    ports: Ports,
) -> Act | None:
    """The act that hands over what this turn has for its speaker; None where there is nothing.

    `told` are those of the events that say something which can be recalled.
    """
    last, now = events[-1], ports.clock.now()
    aside = ports.surfaces[last.address.surface].aside
    if not standing.is_shared or last.author == last.address or aside is None:
        return None
    given = list(_given(events[0], told, decision, aside(last.author)))
    if not given:
        return None
    return Act(
        function=FUNCTION,
        lane=standing.place.lane,
        home=standing.place.home,
        after=f"{ids.ordered(standing.next_version)}#01",
        address=last.author,
        thread=last.thread,
        text=json.dumps([asdict(one) for one in given], ensure_ascii=False),
        cause=last.correlation,
        at=now,
        audience="lane",
        detail=last.detail,
        due=now,
    )


def _given(first: Event, told: Sequence[Event], decision: Decision, aside: str) -> Iterator[Given]:
    for one in decision.forgets:
        yield Given("delete", one.id, f"{first.message_id}/{one.id}", "", first.at, first.thread)
    for id, (words, _) in decision.rewrites.items():
        yield Given("edit", id, f"{first.message_id}/{id}", words, first.at, first.thread)
    if first.kind != "message" or decision.wait_until or decision.unheard or decision.forgets:
        return
    if decision.aside:
        id = first.message_id
        yield Given("message", id, id, decision.aside, first.at, aside)
        return
    if decision.reply:  # what the persona only overheard was not said to it
        for event in told:
            id = event.message_id
            yield Given("copy", id, id, event.words, event.at, event.thread)


class HandingOver:
    """Carries out the acts of the function `handover`; repeating one is harmless: it is `keyed`."""

    keyed, settling, lookup, heard_by = True, 0.0, None, None  # its acts are of a shared place

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def send(self, act: Act, hands: Hands) -> Sent:
        """Puts the events into the lane in which the speaker is worked now.

        An end or an edit makes nobody known who is not; of somebody who was erased meanwhile
        nothing that was said before goes along.
        """
        ports, left = self._ports, addresses.left_at(self._ports, act.address)
        given = [one for one in (Given(**f) for f in json.loads(act.text)) if one.at > left]
        place = addresses.find(hands.table, act.address)
        if place is None and all(_is_change(one) for one in given):
            return Sent()
        place = place or addresses.meet(hands.table, act.address, ports.entropy, hands.clock.now())
        for one in given:
            event = _event(one, act, place.home)
            ports.lanes.put(place.lane, event.to_json(), event.id)
        return Sent()


def _is_change(given: Given) -> bool:
    return given.kind in ("edit", "delete")


def _event(given: Given, act: Act, home: str) -> Event:
    copy_id = f"{FUNCTION}:{given.about}"
    return Event(
        id=f"{FUNCTION}:{given.once}",
        kind=given.kind,
        address=act.address,
        author=act.address,
        words=given.words,
        thread=given.thread,
        at=given.at,
        audience=_audience(given, act),
        target=copy_id if _is_change(given) else "",
        detail=act.detail,
        home=home,
    )


def _audience(given: Given, act: Act) -> Audience:
    is_private = given.kind == "message" and not act.detail.get(GUEST)
    return "private" if is_private else "lane"
