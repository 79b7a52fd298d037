"""One hub on a virtual clock, played by one thread: deliver, work, sweep, let time pass, count."""

import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

from backends.local.family import open_family
from backends.local.lanes import Message
from functions import ingress, sweep
from functions import turn as turn_function
from functions._compose import compose
from hub.stage import answer, sqs_event
from models.scripted import ScriptedModel
from persona import catalog
from persona.acts import credentials, erase, outbox, questions
from persona.acts.replies import STARTS
from persona.decision import Act
from persona.declare import Capability, Means
from persona.errors import Refused
from persona.identity.load import Identity
from persona.identity.load import load as load_identity
from persona.keys import Key
from persona.language import Call, Completion, Prompt
from persona.memory import evidence, segments
from persona.memory.index import Index
from persona.memory.lines import lines_of
from persona.memory.recall import load
from persona.memory.standing import open_gate
from persona.mind.commands import parse, tells
from persona.model import Address, Audience, Event, message_id
from persona.people import addresses
from persona.ports import Hands, Ports, Row, Sent
from persona.settings import Settings
from tests.crash import wishes
from tests.crash.diary import CREDENTIAL, Diary
from tests.crash.injector import (
    Death,
    FaultyBell,
    FaultyBlobs,
    FaultyCarrier,
    FaultyLanes,
    FaultyPlans,
    FaultyTable,
    FaultyTimers,
    Injector,
)

Class = Literal["key", "lookup", "none"]
Family = Literal["local", "aws"]
CLASSES: tuple[Class, ...] = ("key", "lookup", "none")
VENDOR_TRIES = 4
PATIENCE = 200
ERASE = "{erase}"
"""In the place of words: the person of this address has themselves erased."""
GIVE = "{give}"
"""In the place of words: the person of this address gives the credential of their calendar."""
SILENT = (ERASE, GIVE)
"""What is done by other means than words."""
SOON = 600.0
"""Seconds for which a person waits at most before they type what was shown to them."""
TURN_STALL, SEND_STALL = 200.0, 30.0
SHM = Path("/dev/shm")
SETTINGS = Settings(
    stage="test",
    public_url="http://127.0.0.1:1",
    email_address="persona@hub.localhost",
    timezone="UTC",
    turns_a_minute=4,
)


@cache
def identity() -> Identity:
    return load_identity()


class VirtualClock:
    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def now(self) -> float:
        return self.time


def from_turns(index: Index, ports: Ports, home: str) -> None:
    index.read_in(lines_of(evidence.read_turns(ports, home)))


@dataclass
class Provider:
    """A provider outside: what it got, in order; how it can be asked is its class."""

    kind: Class
    refuses: str = ""
    got: list[tuple[str, Act]] = field(default_factory=list[tuple[str, Act]])
    settling: float = 3.0

    @property
    def keyed(self) -> bool:
        return self.kind == "key"

    @property
    def lookup(self) -> Callable[[Act, Hands], Sent | None] | None:
        return self._lookup if self.kind == "lookup" else None

    def heard_by(self, act: Act, hands: Hands) -> Audience:
        return "lane" if ":C" in act.address.id else "private"

    def send(self, act: Act, hands: Hands) -> Sent:
        if self.refuses and self.refuses in act.address.id:
            raise Refused("unsubscribed", "unsubscribed")
        if not (self.keyed and any(id == act.id for id, _ in self.got)):
            self.got.append((act.id, act))
        return Sent(provider_id=f"{act.function}-{act.id}")

    def _lookup(self, act: Act, hands: Hands) -> Sent | None:
        known = any(id == act.id for id, _ in self.got)
        return Sent(provider_id=f"{act.function}-{act.id}") if known else None


@dataclass(frozen=True)
class Story:
    """What happens, in order; each event is delivered as its vendor would, until it is taken.

    `{code}` and `{number}` in its words are what was shown last, `{approve}` the last code that
    answers a question (`{approve:-2}` the one before), `{question}` what a button of that question
    names, `{plan}` what one of the last plan that was shown does, `{then}` is nothing: whoever says it has waited until all was quiet. Nobody works between
    a `rushed` event and the next. At the end the addresses of `apart` are each in a lane of their
    own. Every `packs` turns of a lane its homes' index is packed (0: as often as it really is).
    `pace` is how many turns a minute a lane takes. `calls` are what a model wishes of these very
    words, where there is one. `free` are the addresses that need no yes, `limits` the uses a day of
    a capability. `altered`: somebody who holds the table sends untried acts to this address. What
    stands in `told` is said to that address once, with or without more behind it.
    """

    name: str
    events: tuple[Event, ...]
    refuses: str = ""
    hushed: bool = False
    buried: bool = False
    secrets: tuple[tuple[str, str], ...] = ()
    rushed: tuple[str, ...] = ()
    apart: tuple[Address, ...] = ()
    packs: int = 0
    pace: int = 4
    calls: Mapping[str, tuple[Call, ...]] = field(default_factory=dict[str, tuple[Call, ...]])
    free: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict[str, int])
    altered: str = ""
    told: tuple[tuple[str, str], ...] = ()


def _is_handed(event: Event) -> bool:
    """Whether these words go from a shared place to their speaker's own lane."""
    command = parse(event.words)
    is_wish = command is not None and command.verb == "privately"
    is_shared = event.audience == "lane" and event.addressed and event.kind == "message"
    return is_shared and (is_wish or tells(event.words))


Verdict = Counter[str]
Worker = Callable[[dict[str, Any], Ports], dict[str, Any]]


class House:
    """Runs one story with at most one crash; `worker` is what works a lane's batch."""

    def __init__(
        self,
        story: Story,
        kind: Class,
        injector: Injector,
        worker: Worker = turn_function.run,
        family: Family = "local",
    ) -> None:
        self.story, self.injector, self.worker = story, injector, worker
        self.clock = VirtualClock()
        self.provider = Provider(kind, story.refuses)
        self._folder = tempfile.TemporaryDirectory(dir=SHM if SHM.exists() else None)
        self._on_aws = family == "aws"
        self.family: Any = self._open()
        self.after_halt: list[Act] = []
        self.halted_at: int | None = None
        self.begun: list[wishes.Begun] = []
        self.diary = Diary(injector)
        self.stall = TURN_STALL
        self.ahead = list(story.events)
        self.settings = replace(SETTINGS, turns_a_minute=story.pace)
        self.capabilities = {name: self._watched(c) for name, c in catalog.capabilities().items()}
        injector.stall = self._others_finish
        self.ports = self._process()

    def close(self) -> None:
        self.family.close()
        self._folder.cleanup()

    def _open(self) -> Any:
        if not self._on_aws:
            return open_family(Path(self._folder.name), {}, clock=self.clock, durable=False)
        from tests.aws import AwsFamily
        from tests.crash.requests import inject

        family = AwsFamily(clock=self.clock, lane_role=True)
        inject(self.injector)
        return family

    def _process(self) -> Ports:
        """A fresh process on the same state: nothing in memory survives a death."""
        carriers = {
            name: FaultyCarrier(self.provider, self.injector, self._watch)
            for name in ("slack", "sms", "email")
        }
        parts = self._parts()
        instead: dict[str, Any] = {"carriers": carriers, "identity": identity(), "models": ()}
        instead |= {"capabilities": self.capabilities, "carried": self._carried}
        if self.story.calls:
            instead["models"] = (ScriptedModel(self._think),)
        if not self._on_aws:  # in AWS the requests themselves fail
            instead["table"] = FaultyTable(parts["table"], self.injector)
            instead["lanes"] = FaultyLanes(parts["lanes"], self.injector)
            instead["bell"] = FaultyBell(parts["bell"], self.injector)
            instead["timers"] = FaultyTimers(parts["timers"], self.injector)
            instead["plans"] = FaultyPlans(parts["plans"], self.injector)
            instead["blobs"] = FaultyBlobs(parts["blobs"], self.injector)
        return compose(self.settings, parts, **instead)

    def _think(self, prompts: Sequence[Prompt]) -> Completion:
        """The model of the story: wishes what is written for these words, and then is done."""
        return self.injector.call("read", lambda: self._thought(prompts[-1]))

    def _thought(self, last: Prompt) -> Completion:
        calls = self.story.calls.get(last.text, ()) if last.role == "user" else ()
        return Completion("I see to it." if calls else "Good.", calls)

    def _carried(self, function: str) -> dict[str, Capability]:
        return {n: one for n, one in self.capabilities.items() if one.function == function}

    def _watched(self, capability: Capability) -> Capability:
        """The same, within this story's limit; what its own function does is seen to begin."""
        rate = self.story.limits.get(capability.name, capability.rate)
        if capability.carried_by or not capability.function:
            return replace(capability, rate=rate)

        def use(arguments: Any, means: Means) -> Any:
            self._watch(next(a for a in self._all_acts() if a.id == means.idempotency_key))
            return capability.use(arguments, means)

        return replace(capability, rate=rate, use=use)

    def _watch(self, act: Act) -> None:
        if act.wish:
            self.begun.append(wishes.begun(act, self.family.table.scan))

    def _all_acts(self) -> list[Act]:
        with self._unseen() as ports:
            return self._acts(ports)

    @contextmanager
    def _unseen(self) -> Generator[Ports]:
        """Ports whose calls are none of the hub's, and so never fail."""
        ports = compose(self.settings, self._parts())
        if not self._on_aws:
            yield ports
            return
        from tests.aws import world

        faults, world().faults = world().faults, None
        try:
            yield ports
        finally:
            world().faults = faults

    def _parts(self) -> Any:
        return self.family.fresh() if self._on_aws else self.family.ports()

    def play(self) -> Verdict:
        """Delivers everything, works, and lets time pass until nothing is left; then counts."""
        with ExitStack() as stack:
            turns = self.story.packs or segments.TURNS
            stack.enter_context(patch.object(segments, "TURNS", turns))
            stack.enter_context(patch("capabilities._calendar.server.open_server", self.diary.open))
            return self._play()

    def _play(self) -> Verdict:
        while self.ahead:
            event, self.ahead = self.ahead[0], self.ahead[1:]
            if event.words == ERASE:
                self._erase(event.address)
                self.clock.time += 1.0
                said = self.clock.time  # what is said from now on was said after it
                self.ahead = [replace(one, at=max(one.at, said)) for one in self.ahead]
                continue
            if event.words == GIVE:
                self._give(event.address)
                continue
            self._deliver(self._with_what_was_shown(event))
            if event.id not in self.story.rushed:
                self._work()
            self.clock.time += 1.0
        self._until_idle()
        if self._on_aws:
            from tests.crash.requests import inject

            inject(None)
        return self._count()

    def _with_what_was_shown(self, event: Event) -> Event:
        """What a person types off another screen; as it stands where nothing was shown there."""
        if "{" not in event.words + event.target:
            return event
        self._until_idle(self.clock.time + SOON)
        return self._filled(event)

    def _filled(self, event: Event) -> Event:
        shown = "\n".join(act.text for _, act in self.provider.got)
        codes, numbers = re.findall(r"link ([A-Z0-9]{6})", shown), re.findall(r"is (\d\d)\.", shown)
        words = event.words.replace("{then}", "").replace(
            "{code}", codes[-1] if codes else "{code}"
        )
        words = words.replace("{number}", numbers[-1] if numbers else "{n}")
        asked = [*dict.fromkeys(re.findall(r"approve ([A-Z2-9]{6})", shown))]

        def answering(place: re.Match[str]) -> str:
            back = -int(place[1] or -1)
            return asked[-back] if back <= len(asked) else "NOBODY"

        words = re.sub(r"\{approve(?::(-\d))?\}", answering, words)
        hash = questions.hash_of(asked[-1]) if asked else "none"
        offered = (json.loads(act.detail.get(STARTS, "[]")) for _, act in self.provider.got)
        plans = [id for shown in offered for id, _ in shown]
        target = event.target.replace("{question}", hash)
        target = target.replace("{plan}", plans[-1] if plans else "none")
        return replace(event, words=words, target=target)

    def _erase(self, address: Address) -> None:
        self._insist(lambda: erase.begin(address, self.ports, self.clock.now()))
        self._until_idle()

    def _give(self, address: Address) -> None:
        self._until_idle(self.clock.time + SOON)
        with self._unseen() as ports:
            place = addresses.find(ports.table, address)
        assert place is not None
        self._insist(lambda: credentials.keep(self.ports, "calendar", place.lane, CREDENTIAL))

    def _insist(self, do: Callable[[], object]) -> None:
        """As a person does who asks again where no answer came."""
        for _ in range(VENDOR_TRIES):
            try:
                do()
            except Death:
                self.ports = self._process()
            except Refused:  # done already
                return
            except Exception:
                self.clock.time += 1.0
            else:
                return

    def _deliver(self, event: Event) -> None:
        """As a vendor does: again and again until it hears a 2xx."""
        for _ in range(VENDOR_TRIES):
            try:
                ingress.door(self.ports).admit(event)
            except Death:
                self.ports = self._process()
            except Exception:
                self.clock.time += 1.0
            else:
                self._note_halt()
                return
        raise AssertionError("a vendor gave up on a hub that died once")

    def _note_halt(self) -> None:
        if not self.story.hushed:
            return
        place = self.family.table.scan("GATE#")
        halted = any(open_gate(row).halted for _, row in place)
        self.halted_at = len(self.provider.got) if halted else None

    def _work(self) -> None:
        """What can be done at this moment, without waiting for anything."""
        while self._step():
            pass

    def _step(self) -> bool:
        messages = self.family.lanes.receive()
        if messages:
            for lane in dict.fromkeys(message.lane for message in messages):
                self._work_lane([message for message in messages if message.lane == lane])
            return True
        ring = self.family.bell.take(0.0)
        if ring is None:
            return False
        before = len(self.provider.got)
        if self.story.altered and ring.function in self.capabilities:
            with self._unseen() as ports:
                wishes.alter(ports, self.capabilities, self.family.table.scan, self.story.altered)
        try:
            self.stall = SEND_STALL
            if ring.function != "socket":
                answer(ring, self.ports)
        except Death:
            self.ports = self._process()
        except Exception:  # the invocation failed; the sweeper rings again
            pass
        finally:
            self.stall = TURN_STALL
            self.family.bell.done(ring)
        if self.halted_at is not None:
            self.after_halt += [a for _, a in self.provider.got[before:] if not a.notice]
        return True

    def _work_lane(self, messages: list[Message]) -> None:
        """One invocation a lane, so that calls come in the same order each time."""
        try:
            failed = self.worker(sqs_event(messages), self.ports)["batchItemFailures"]
        except Death:
            self.ports = self._process()
            return
        left = {failure["itemIdentifier"] for failure in failed}
        for message in messages:
            if message.id not in left:
                self.family.lanes.delete(message)

    def _others_finish(self) -> None:
        """A stall: while this worker hangs, others do all the work that they can.

        A turn may hang past its message's visibility: the head is its fence. A sender may not
        hang past its lease, since the platform ends a function that runs out of time.
        """
        mine, self.ports = self.ports, self._process()
        self.clock.time += self.stall
        held, self.family.bell._working = self.family.bell._working, set()
        if self.story.buried:
            self._bury_received()
        later = self._next_events()
        for event in later:
            self._deliver(self._filled(event))
        self._until_idle(until=self.clock.time + self.stall / 8)
        self.family.bell._working = held
        self.ports = mine

    def _bury_received(self) -> None:
        if self._on_aws:
            self.family.lanes.drop_received()
            return
        with self.family.database.writing() as connection:
            connection.execute("DELETE FROM messages WHERE receives > 0")

    def _next_events(self) -> list[Event]:
        """A buried message lets those behind it through while its worker still hangs."""
        if not self.story.buried:
            return []
        left, self.ahead = self.ahead[:1], self.ahead[1:]
        return left

    def _until_idle(self, until: float = float("inf")) -> None:
        """Works and sweeps, then jumps to the next moment at which anything can happen."""
        for _ in range(PATIENCE):
            self.family.timers.fire()
            try:
                sweep.run(self.ports)
            except Death:
                self.ports = self._process()
            except Exception:  # the next minute's sweep finds the same rows
                pass
            self._work()
            if self.family.lanes.waiting() == 0 and self.family.table.next_due() is None:
                return
            ahead = [self.family.table.next_due(self.clock.time), self.family.lanes.next_visible()]
            times = [time for time in ahead if time is not None and time > self.clock.time]
            if times and min(times) > until:
                return
            self.clock.time = (min(times) if times else self.clock.time) + 0.001

    def _count(self) -> Verdict:
        found: Verdict = Counter()
        turns = self._turns()
        said = [e for e in self.story.events if e.kind == "message" and e.words not in SILENT]
        for event in {e.id: e for e in said}.values():
            times = sum(event.message_id == said.id for turn in turns for said in turn.said)
            found["lost"] += times == 0 and not self._may_be_gone(event)
            found["doubled turns"] += times > 1
        for event in {e.id: e for e in self.story.events if _is_handed(e)}.values():
            copy = message_id(f"handover:{event.message_id}")
            times = sum(copy == said.id for turn in turns for said in turn.said)
            found["lost"] += times == 0 and not self._may_be_gone(event)
            found["doubled turns"] += times > 1
        sends = Counter(id for id, _ in self.provider.got)
        found["doubled sends"] += sum(n - 1 for n in sends.values())
        same = Counter((act.cause, act.text) for _, act in self.provider.got)
        found["doubled sends"] += (
            sum(n - 1 for n in same.values()) if not found["doubled sends"] else 0
        )
        acts = self._acts(self.ports)
        found += self._wishes([act for act in acts if act.wish])
        acts = [act for act in acts if self._is_carried(act) or act.wish or act.open]
        found["stuck"] += sum(act.open for act in acts) + self.family.lanes.waiting()
        found["stuck"] += len(self.family.lanes.dead_letters())
        unknown = [act for act in acts if act.state == "unknown"]
        found["unknown"] += len(unknown)
        found["needlessly unknown"] += sum(map(self._can_be_known, unknown))
        sent = {act.id for act in acts if act.state == "sent" and self._is_carried(act)}
        found["lost"] += len(sent - set(sends))
        for address, text in self.story.told:
            got = [a.text for _, a in self.provider.got if str(a.address) == address]
            times = sum(said.startswith(text) for said in got)
            found["lost"] += times == 0 and not found["unknown"]
            found["doubled sends"] += max(0, times - 1)
        found["out of order"] += self._out_of_order()
        found["after halt"] += len(self.after_halt)
        found["leaked"] += self._leaks()
        found["misplaced"] += self._misplaced()
        found["misindexed"] += self._misindexed()
        if any(event.words == ERASE for event in self.story.events):
            found["half erased"] += self._half_erased()
            certificates = len(self.family.table.scan("ERASED"))
            found["half erased"] += abs(certificates - 1)
        return found

    def _misindexed(self) -> int:
        """Homes whose index, as a new process loads it, is not what their turns alone say."""
        scanned = [
            key for key, _ in self.family.table.scan("HOME#") if key.sort.startswith("INDEX")
        ]
        homes = {key.partition.removeprefix("HOME#") for key in scanned}
        return sum(self._indexed(home, load) != self._indexed(home, from_turns) for home in homes)

    def _indexed(self, home: str, fill: Callable[[Index, Ports, str], None]) -> tuple[object, ...]:
        index = Index()
        fill(index, compose(SETTINGS, self._parts()), home)
        held = index.counts(index.known_terms())
        return index.lines, index.lengths, index.shapes, index.days, index.dates, held

    def _turns(self) -> list[Any]:
        return [
            evidence.open_row(self.ports, key.partition.removeprefix("HOME#"), row)
            for key, row in self._rows("HOME#")
            if key.sort.startswith("TURN#")
        ]

    def _is_destroyed(self, key: Key) -> bool:
        family, _, name = key.partition.partition("#")
        owner = f"home:{name}" if family == "HOME" else f"lane:{name.rpartition('#')[2]}"
        return erase.all_erased([owner], self.ports)

    def _half_erased(self) -> int:
        """Rows left of whom the keys are gone, and erasures that never end."""
        kinds = ("HOME#", "LANE#", "ACT#", "PROVIDER#")
        rows = [key for kind in kinds for key, _ in self.family.table.scan(kind)]
        return sum(map(self._is_destroyed, rows)) + len(self.family.table.scan("ERASE#"))

    def _acts(self, ports: Ports) -> list[Act]:
        return [outbox.open_row(ports, row) for _, row in self._rows("ACT#")]

    def _rows(self, partition: str) -> list[tuple[Key, Row]]:
        """All of them but of whom the keys are gone."""
        return [one for one in self.family.table.scan(partition) if not self._is_destroyed(one[0])]

    def _is_carried(self, act: Act) -> bool:
        """Whether a provider outside gets this act itself."""
        used = self.capabilities.get(act.function)
        return act.function in ("sms", "slack", "email") or bool(used and used.carried_by)

    def _can_be_known(self, act: Act) -> bool:
        """Whether who carries it drops repeats, or can be asked."""
        if self._is_carried(act):
            return self.provider.kind != "none"
        used = self.capabilities[act.function]
        return used.keyed or used.effect == "read"

    def _wishes(self, acts: list[Act]) -> Verdict:
        asked = [row for row in self._rows("HOME#") if row[0].sort.startswith("QUESTION#")]
        ledger = [row for key, row in self._rows("LANE#") if key.sort.startswith("LEDGER#")]
        account = wishes.Account(
            capabilities=self.capabilities,
            begun=self.begun,
            acts=acts,
            questions=[questions.open_row(key, row, self.ports) for key, row in asked],
            ledger=ledger,
            documents=self._parts()["blobs"].list("documents/"),
            diary=self.diary,
            free=self.story.free,
            is_hushed=self.story.hushed,
            is_gone=lambda home: erase.all_erased([f"home:{home}"], self.ports),
        )
        return account.count()

    def _may_be_gone(self, event: Event) -> bool:
        """Forgotten and deleted words are gone on purpose."""
        words = event.words
        wishes = [e.words for e in self.story.events if e.words.startswith("forget ")]
        erased = [e for e in self.story.events if e.words == ERASE]
        if any(e.author == event.author and e.at > event.at for e in erased):
            return True
        deleted = {e.target for e in self.story.events if e.kind == "delete"}
        return event.id in deleted or any(w.removeprefix("forget ") in words for w in wishes)

    def _out_of_order(self) -> int:
        """An address must hear its acts in the order of their commits, but for what yields."""
        heard: dict[str, str] = {}
        wrong = 0
        for act in (act for _, act in self.provider.got if not act.yields):
            one = f"{act.home} {act.address}"  # whoever comes after an erasure is somebody else
            wrong += act.after < heard.get(one, "")
            heard[one] = max(act.after, heard.get(one, ""))
        return wrong

    def _misplaced(self) -> int:
        """Homes that no lane works, or two do, or not the one to which their address leads."""
        table, wrong = self.family.table, 0
        gates = {
            key.partition.removeprefix("GATE#"): open_gate(row) for key, row in table.scan("GATE#")
        }
        for key, row in table.scan("ADDRESS#"):
            if key.sort != "HOME":
                continue
            wrong += [lane for lane, gate in gates.items() if row["home"] in gate.homes] != [
                row["lane"]
            ]
        places = [addresses.find(table, address) for address in self.story.apart]
        return wrong + len(places) - len({place.lane for place in places if place})

    def _leaks(self) -> int:
        """A secret of one person in anything said to another."""
        return sum(
            secret in act.text and str(act.address) != owner
            for owner, secret in self.story.secrets
            for _, act in self.provider.got
        )
