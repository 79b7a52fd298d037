"""Links between addresses: offered, claimed, verified, revoked; each step one act of its own worker.

A link is proven on both sides. `link` on one address offers a code; `link CODE` on another claims
it and is shown a number; the first is told who asks and must answer with that number. Only then
one commit joins their lanes. Each commit also checks that its attempt still holds the act, so
that a worker that stalled past its lease changes nothing.

What came of it goes into the lanes as events of the kind `link`, whose turns tell both sides;
`mind/linking.py` has their words. Repeating an act repeats its events, which are then seen ones.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from persona import keys
from persona.acts import codes, joining
from persona.acts.codes import KEPT, Code, Step, end_of
from persona.acts.joining import Side
from persona.decision import Act
from persona.errors import Conflict, Refused, Transient
from persona.memory.standing import Gate, Link, open_gate, open_head
from persona.model import FORMAT, Address, Audience, End, Event, Place
from persona.people import addresses, reach
from persona.ports import (
    Check,
    Hands,
    Ports,
    Put,
    Row,
    Sent,
    Table,
    Update,
    Write,
    equals,
)

FUNCTION = "link"
LIFE = 600.0
"""Seconds for which a code may be claimed, and then its number be answered."""
MOST_WRONG = 3
TRIES = 8


class Linking:
    """Carries out the acts of the function `link`; repeating one is harmless, so it is `keyed`."""

    keyed, settling, lookup = True, 0.0, None

    def heard_by(self, act: Act, hands: Hands) -> Audience:
        """A link act says nothing to anybody; what comes of it are events of their own."""
        return "private"

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def send(self, act: Act, hands: Hands) -> Sent:
        """One step of a link. Raises Transient while others keep moving its rows."""
        steps = {
            "offer": self._offer,
            "claim": self._claim,
            "confirm": self._confirm,
            "refuse": self._refuse,
            "unlink": self._unlink,
            "admit": self._admit,
            "warn": self._warn,
        }
        for _ in range(TRIES):
            try:
                steps[act.text](act)
            except Conflict:
                continue
            return Sent()
        raise Transient("others keep moving what is to be linked")

    def _offer(self, act: Act) -> None:
        """A new code, told once it counts; the one before it, which the same lane may still hold, is
        dead with that.
        """
        if self._read(act, act.detail["code"]) is None:  # else our own, whose answer was lost
            until = self._ports.clock.now() + LIFE
            offered = Code(act.detail["code"], act.lane, end_of(act), until)
            self._move(act, offered, [self._beside(act, offered)], (), [act.address])
        before = self._read(act, act.detail["before"]) if act.detail["before"] else None
        if before is not None and before.step in ("offered", "claimed"):
            before = self._move(act, replace(before, step="revoked"))
        if before is not None and before.last == act.id and before.claimer is not None:
            self._tell(act, before.claimer, "declined")
        about = {name: act.detail[name] for name in ("spelled", "signin") if name in act.detail}
        self._tell(act, end_of(act), "offered", **about)

    def _claim(self, act: Act) -> None:
        """Whatever is wrong with a code, the answer is the same."""
        code, own, now = self._read(act, act.detail["code"]), end_of(act), self._ports.clock.now()
        if code is None or code.claim != act.id:
            is_open = code is not None and code.step == "offered" and now < code.until
            if code is None or not is_open or not self._may_claim(act, code, own):
                self._tell(act, own, "refused")
                return
            number = str(10 + int.from_bytes(self._ports.entropy(8)) % 90)
            claimed = replace(code, step="claimed", claimer=own, number=number, claim=act.id)
            claimed = replace(claimed, until=now + LIFE)
            code = self._move(act, claimed, [self._beside(act, claimed)], (), [act.address])
        self._tell(act, code.issuer, "asked", other=str(own.address))
        self._tell(act, own, "claimed", other=str(code.issuer.address), number=code.number)

    def _may_claim(self, act: Act, code: Code, own: End) -> bool:
        """Not one's own; and who may have got another's address proves nothing by a code of theirs."""
        if "silent" in act.detail:
            lanes = [self._place(act, end.address).lane for end in (code.issuer, own)]
            return lanes[0] == lanes[1] and code.issuer.home != own.home
        return code.issuer.home != own.home

    def _confirm(self, act: Act) -> None:
        code, own = self._read(act, act.detail["code"]), end_of(act)
        is_issuer = code is not None and code.issuer.address == own.address
        if code is None or code.claimer is None or not is_issuer:
            self._tell(act, own, "over")
            return
        is_right = code.number == act.detail["number"]
        if code.last != act.id:
            if code.step != "claimed" or self._ports.clock.now() >= code.until:
                self._tell(act, own, "over")
                return
            code = self._join(act, code, code.claimer) if is_right else self._count(act, code)
        self._tell_confirmed(act, code, own, is_right)

    def _count(self, act: Act, code: Code) -> Code:
        """One wrong number nearer to the code's end."""
        wrong = code.wrong + 1
        step: Step = "revoked" if wrong >= MOST_WRONG else "claimed"
        return self._move(act, replace(code, wrong=wrong, step=step))

    def _tell_confirmed(self, act: Act, code: Code, own: End, is_right: bool) -> None:
        other = code.claimer or own
        if code.step == "linked":
            self._tell(act, own, "linked", other=str(other.address), code=code.hash)
            self._tell(act, other, "linked", other=str(own.address))
            told = {own.home, other.home}
            self._tell_others(act, own.address, told, "joined", str(other.address))
        elif code.step == "claimed":
            left = str(MOST_WRONG - code.wrong)
            self._tell(act, own, "wrong", other=str(other.address), left=left)
        else:
            self._tell(act, own, "full" if is_right else "dropped", code=code.hash)
            self._tell(act, other, "declined")

    def _refuse(self, act: Act) -> None:
        code, own = self._read(act, act.detail["code"]), end_of(act)
        is_issuer = code is not None and code.issuer.address == own.address
        if code is None or not is_issuer:
            self._tell(act, own, "over")
            return
        if code.last != act.id:
            if code.step not in ("offered", "claimed"):
                self._tell(act, own, "over")
                return
            code = self._move(act, replace(code, step="revoked"))
        self._tell(act, own, "dropped", code=code.hash)
        if code.claimer is not None:
            self._tell(act, code.claimer, "declined")

    def _admit(self, act: Act) -> None:
        """A browser entered the code that was sent here: its web address becomes this person's."""
        code, own = self._read(act, act.detail["code"]), end_of(act)
        if code is None or code.issuer.address != own.address:
            return
        is_over = self._ports.clock.now() >= code.until
        if code.step == "offered" and not is_over:
            raise Transient("the browser is just taking its code")
        if code.claimer is None or code.number:
            return
        other = code.claimer
        if code.last != act.id:
            if code.step != "claimed":
                return
            code = self._join(act, code, other)
        if code.step != "linked":
            self._tell(act, other, "full")
            return
        told = {own.home, other.home}
        what = "joined" if act.detail["signin"] == "new" else "entered"
        self._tell(act, other, "let in")
        self._tell_others(act, own.address, told, what, str(other.address))

    def _join(self, act: Act, code: Code, other: End) -> Code:
        """The code after its number was right: linked, or revoked where the two may not be."""
        issuer = code.issuer
        here, there = self._place(act, issuer.address).lane, self._place(act, other.address).lane
        if here == there:  # linked already: now proven again
            return self._move(act, replace(code, step="linked"))
        taker, giver = self._sides(act, here, there)
        now = self._ports.clock.now()
        taker, giver = _known(taker, issuer, now), _known(giver, other, now)
        if issuer.home not in taker.gate.homes or other.home not in giver.gate.homes:
            raise Conflict("an address moved meanwhile")
        until = now - self._ports.settings.link_quarantine
        is_new = any(
            side.gate.is_new(end.home, until) and len(side.links) > 1
            for side, end in ((taker, issuer), (giver, other))
        )
        if is_new or len(taker.links) + len(giver.links) > keys.MOST_HOMES:
            return self._move(act, replace(code, step="revoked"))
        writes = joining.join(taker, giver, now)
        writes = self._with_reach(writes, [issuer, other], here)
        written = [issuer.address, *(link.address for link in giver.links.values())]
        return self._move(act, replace(code, step="linked"), writes, [here, there], written)

    def _unlink(self, act: Act) -> None:
        """Parts a home from the others, at once; each goes back to a lane of its own."""
        own, home, other = end_of(act), act.detail["home"], Address.parse(act.detail["other"])
        lane = self._place(act, own.address).lane
        homes = self._gate(act, lane).homes
        if home in homes and len(homes) > 1:
            self._split(act, lane, home)
        told = {own.home, home}
        self._tell(act, own, "apart" if home == own.home else "parted", other=str(other))
        if home != own.home:
            end = self._end(act, home, other)
            self._tell(act, end, "apart", other=str(own.address))
        for address in {str(own.address): own.address, str(other): other}.values():
            self._tell_others(act, address, told, "parted", str(other))

    def _warn(self, act: Act) -> None:
        """Tells the person's other addresses that this one was closed."""
        own = end_of(act)
        self._tell_others(act, own.address, {own.home}, "unlike", str(own.address))

    def _split(self, act: Act, lane: str, home: str) -> None:
        """The home leaves; or, from a lane that is its own, all the others do, together."""
        links = self._gate(act, lane).links
        leaving = [home] if links[home].lane != lane else [one for one in links if one != home]
        source, target = self._sides(act, lane, links[leaving[0]].lane)
        writes = joining.split(leaving, source, target, self._ports.clock.now())
        written = [links[one].address for one in leaving]
        self._commit(act, "", writes, [lane, target.lane], written)

    # Rows

    def _table(
        self, act: Act, hash: str, lanes: Iterable[str] = (), written: Iterable[Address] = ()
    ) -> Table:
        return self._ports.table.within(keys.Scope.of_link(act.lane, hash, lanes, written))

    def _commit(
        self,
        act: Act,
        hash: str,
        writes: Sequence[Write],
        lanes: Iterable[str] = (),
        written: Iterable[Address] = (),
    ) -> None:
        """The writes, if this attempt still holds the act."""
        held = keys.act(FUNCTION, act.lane, "OPEN", act.after)
        holds = Check(held, equals("attempt", act.attempt))
        self._table(act, hash, lanes, written).commit([holds, *writes])

    def _place(self, act: Act, address: Address) -> Place:
        place = addresses.find(self._table(act, "", (), [address]), address)
        if place is None:
            raise Refused("a link of an address that nobody has", "erased")
        return place

    def _gate(self, act: Act, lane: str) -> Gate:
        key = keys.gate(lane)
        return _open(self._table(act, "", [lane]).get([key]).get(key))

    def _sides(self, act: Act, *lanes: str) -> list[Side]:
        wanted = [key for lane in lanes for key in (keys.gate(lane), keys.head(lane))]
        rows = self._table(act, "", lanes).get(wanted)
        sides: list[Side] = []
        for lane in lanes:
            gate, head = _open(rows.get(keys.gate(lane))), rows.get(keys.head(lane))
            known = open_head(self._ports, lane, head)
            links = {
                home: replace(link, heard=max(link.heard, known.heard.get(home, 0.0)))
                for home, link in gate.links.items()
            }
            sides.append(Side(lane, gate, known.version if head else None, links))
        return sides

    def _with_reach(
        self, writes: Sequence[Write], ends: Sequence[End], lane: str
    ) -> Iterator[Write]:
        """The same, and in the row of each end's address how to reach it later."""
        reaches = {keys.address(end.address): reach.sealed(self._ports, end) for end in ends}
        for write in writes:
            kept = reaches.pop(write.key, None)
            if kept and isinstance(write, Update):
                yield replace(write, changes={**write.changes, "reach": kept})
            else:
                yield write
        for key, kept in reaches.items():
            yield Update(key, {"reach": kept}, equals("lane", lane))

    def _end(self, act: Act, home: str, address: Address) -> End:
        """A linked address as an end, reached as it was when it was linked."""
        return reach.read(self._ports, self._table(act, "", (), [address]), home, address)

    # Codes

    def _read(self, act: Act, hash: str) -> Code | None:
        key = keys.code(hash)
        row = self._table(act, hash).get([key]).get(key)
        return codes.open_row(self._ports, hash, row) if row else None

    def _move(
        self,
        act: Act,
        code: Code,
        writes: Iterable[Write] = (),
        lanes: Iterable[str] = (),
        written: Iterable[Address] = (),
    ) -> Code:
        """Commits the code as this act leaves it, with whatever belongs to that."""
        moved = replace(code, last=act.id)
        put = codes.moved(self._ports, moved)
        self._commit(act, code.hash, [put, *writes], lanes, written)
        return replace(moved, moves=code.moves + 1)

    def _beside(self, act: Act, code: Code) -> Write:
        """So that erasing this address finds the code, in which it stands."""
        key, now = keys.code(code.hash), self._ports.clock.now()
        row: Row = {"v": FORMAT, "at": list(key), "since": now, "expires": code.until + KEPT}
        return Put(keys.beside(act.address, key), row)

    # Telling

    def _tell(self, act: Act, end: End, what: str, **more: str) -> None:
        """Puts what happened into the lane where that address is worked now."""
        event = Event(
            id=f"link:{act.id}:{what}:{end.home}",
            kind="link",
            address=end.address,
            author=end.address,
            thread=end.thread,
            at=self._ports.clock.now(),
            detail={**end.detail, **more, "link": what},
            home=end.home,
        )
        lane = self._place(act, end.address).lane
        self._ports.lanes.put(lane, event.to_json(), event.id)

    def _tell_others(
        self, act: Act, address: Address, told: set[str], what: str, other: str
    ) -> None:
        """Tells every other address of this one's person."""
        links = self._gate(act, self._place(act, address).lane).links
        for home, link in links.items():
            if home not in told:
                told.add(home)
                self._tell(act, self._end(act, home, link.address), what, other=other)


def _open(row: Row | None) -> Gate:
    """Raises Refused for the gate of a person who was erased."""
    if row is None or row.get("erased"):
        raise Refused("a link of a person who was erased", "erased")
    return open_gate(row)


def _known(side: Side, end: End, now: float) -> Side:
    """With this end proven now; in a lane that was never linked it is the one home, and at home."""
    links = side.links or {end.home: Link(end.address, 0.0, side.lane)}
    proven = {home: replace(link, heard=now) for home, link in links.items() if home == end.home}
    return replace(side, links={**links, **proven})
