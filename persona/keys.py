"""Where every row stands: one table, one door, each access pattern a key.

| asked for | partition | sort |
|---|---|---|
| was this event handled? | `HOME#<home>` | `SEEN#<event>` |
| what was said, and the reply to it | `HOME#<home>` | `TURN#<version>` |
| recall's packed segments, each up to a version | `HOME#<home>` | `INDEX#<version>` |
| how far a home is packed, and whether it moved | `HOME#<home>` | `INDEX` |
| what waits for a yes, by its code | `HOME#<home>` | `QUESTION#<hash>` |
| what is kept on purpose, with its evidence | `HOME#<home>` | `NOTE#<id>` |
| what is to be done in time | `HOME#<home>` | `PLAN#<id>` |
| what waits outside to wake a plan | `WAKE#<home>` | `<plan id>` |
| what was left open, and when to look at it | `HOME#<home>` | `REVIEW` |
| was this message, were these words forgotten? | `HOME#<home>` | `TOMB#<mark>` |
| the compare-and-swap of a lane, its digest | `LANE#<lane>` | `HEAD` |
| the last turns, for the prompt | `LANE#<lane>` | `RECENT#<number mod 8>` |
| does the persona take part in this thread? | `LANE#<lane>` | `THREAD#<thread>` |
| events held back by a cap | `LANE#<lane>` | `WAIT#<due>#<event>` |
| what a forgetting has yet to reach and to prove | `LANE#<lane>` | `FORGOT#<version>` |
| sent texts to be redacted | `LANE#<lane>` | `REDACT#<version>` |
| how the persona kept to itself, in numbers | `LANE#<lane>` | `DRIFT` |
| what was decided, hash-chained | `LANE#<lane>` | `LEDGER#<version>` |
| may an act still happen? | `GATE#<lane>` | `GATE` |
| is a capability, or everything, halted for everybody? | `GATE#hub` | `GATE` |
| acts still to be done, in order | `ACT#<function>#<lane>` | `OPEN#<version>#<part>` |
| acts ended, the lane not yet told | `ACT#<function>#<lane>` | `OUT#<version>#<part>` |
| acts ended | `ACT#<function>#<lane>` | `DONE#<version>#<part>` |
| how a person writes, by counts | `TEXTURE#<lane>` | `TEXTURE` |
| how a linked address wrote lately | `TEXTURE#<lane>` | `FRESH#<home>` |
| which lanes have a texture | `TEXTURES` | `<lane>` |
| a vendor's id, our act | `PROVIDER#<function>#<lane>` | `<id>` |
| a person's own credential, sealed | `CREDENTIAL#<name>#<lane>` | `CREDENTIAL` |
| whose home, which lane | `ADDRESS#<surface>#<address>` | `HOME` |
| where others listen and this address spoke | `ADDRESS#<surface>#<address>` | `SPOKE#<home>` |
| a row elsewhere that goes with this address | `ADDRESS#<surface>#<address>` | `WITH#<hash>` |
| when an address was last erased, by a keyed hash of it | `LEFT#<mark>` | `LEFT` |
| a person who is being erased | `ERASE#<id>` | `ERASE` |
| the persons who were erased, hash-chained | `ERASED` | `<number>` |
| a link that is being made, by its code | `CODE#<hash>` | `CODE` |
| web session, socket ticket, socket | `SESSION#<hash>` `TICKET#<hash>` `SOCKET#<id>` | the same word |
| a web address's sessions, the oldest first | `SESSIONS#<home>` | `<since>#<hash>` |
| a browser that asked for a code | `SIGNIN#<hash>` | `SIGNIN` |
| a passkey's challenge, waiting for its answer | `CHALLENGE#<hash>` | `CHALLENGE` |
| a passkey, by its credential | `PASSKEY#<hash>` | `PASSKEY` |
| the passkeys of a web address | `PASSKEYS#<home>` | `<hash>` |
| how often somebody did something lately | `PACE#<what>#<whose>` | `PACE` |
| the open sockets of a web address | `SOCKETS#<home>` | `<socket>` |
| an installation of a Slack workspace | `INSTALL#<team>` | `INSTALL` |

Open acts leave their partition's `O…` prefix when they end, so finding work is one bounded
read however long the history. Rows with `due` (epoch seconds) stand in a sparse index that the
sweeper reads; rows with `expires` are deleted some time after it.

Versions in a home only grow, whichever lane works it: a gate's `floor` sees to that. They may
leave gaps.

A worker of a lane reaches only the partitions that bear its lane and that lane's homes: `Scope`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from persona import ids
from persona.model import Address

RECENT_TURNS = 8
MOST_HOMES = 8
"""Homes that one lane reads, and so addresses that are one person at once."""


class Key(NamedTuple):
    """The full key of one row."""

    partition: str
    sort: str


HUB = frozenset({"GATE#hub"})
"""What is halted for everybody; no lane is called so, since lanes have 26 letters."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What one worker may reach: exact partitions, with the lane and homes they were made of.

    Those of `read_only` it changes nothing in. The policies of the roles under which workers ask
    are made of the same scopes, with IAM's variables in the place of lane and homes.
    """

    lane: str
    homes: tuple[str, ...]
    partitions: frozenset[str]
    read_only: frozenset[str] = frozenset()

    @staticmethod
    def of_turn(lane: str, homes: Iterable[str], functions: Iterable[str]) -> "Scope":
        """A turn: its lane, its gate, these homes, and the acts of its lane."""
        homes = tuple(homes)
        own = [f"LANE#{lane}", f"GATE#{lane}", f"TEXTURE#{lane}"]
        own += [f"HOME#{home}" for home in homes]
        acts = [part for function in functions for part in _act_partitions(function, lane)]
        return Scope(lane, homes, frozenset([*own, *acts]) | HUB, HUB)

    @staticmethod
    def of_acts(lane: str, function: str, credential: str = "") -> "Scope":
        """A worker of acts: those of its function and lane; the gate, to read; no memory.

        Of the person's own credentials it reads the one that is named, where one is.
        """
        given = [f"CREDENTIAL#{credential}#{lane}"] if credential else []
        read = frozenset([f"GATE#{lane}", *given]) | HUB
        return Scope(lane, (), read | frozenset(_act_partitions(function, lane)), read)

    @staticmethod
    def of_plans(lane: str, homes: Iterable[str]) -> "Scope":
        """What wakes plans: theirs, to read, and what stands outside for them; it knows no lane."""
        homes = tuple(homes)
        read = frozenset(f"HOME#{home}" for home in homes)
        return Scope(lane, homes, read | {f"WAKE#{home}" for home in homes}, read)

    @staticmethod
    def of_gate(lane: str) -> "Scope":
        """A worker of acts that looks where a home has gone: that lane's gate alone."""
        gate = frozenset([f"GATE#{lane}"])
        return Scope(lane, (), gate, gate)

    @staticmethod
    def of_link(
        lane: str, code_hash: str, lanes: Iterable[str] = (), addresses: Iterable[Address] = ()
    ) -> "Scope":
        """A worker that joins or splits: its act, one code, these lanes and addresses; no home."""
        reached = [f"ACT#link#{lane}", f"CODE#{code_hash}"]
        parts = ("GATE", "LANE", "TEXTURE")
        reached += [f"{part}#{one}" for one in lanes for part in parts]
        reached += [address(one).partition for one in addresses]
        return Scope(lane, (), frozenset(reached))

    @staticmethod
    def of_textures(lanes: Iterable[str]) -> "Scope":
        """Who compares how people write: the list of those that have a texture, and these textures."""
        read = frozenset(f"TEXTURE#{lane}" for lane in lanes)
        return Scope("", (), read | {"TEXTURES"}, read)


def _act_partitions(function: str, lane: str) -> tuple[str, str]:
    return f"ACT#{function}#{lane}", f"PROVIDER#{function}#{lane}"


def seen(home: str, event_id: str) -> Key:
    return Key(f"HOME#{home}", f"SEEN#{ids.derive(event_id)}")


def turn(home: str, version: int) -> Key:
    return Key(f"HOME#{home}", f"TURN#{ids.ordered(version)}")


def turns(home: str) -> Key:
    """The prefix of all turns of a home."""
    return Key(f"HOME#{home}", "TURN#")


def segment(home: str, last: int) -> Key:
    """The segment of the index that ends with the turn of version `last`."""
    return Key(f"HOME#{home}", f"INDEX#{ids.ordered(last)}")


def segments(home: str) -> Key:
    """The prefix of all segments of a home's index."""
    return Key(f"HOME#{home}", "INDEX#")


def packing(home: str) -> Key:
    """The row that everything which changes a home's packed index moves."""
    return Key(f"HOME#{home}", "INDEX")


def question(home: str, code_hash: str) -> Key:
    return Key(f"HOME#{home}", f"QUESTION#{code_hash}")


def questions(home: str) -> Key:
    """The prefix of all that was ever asked in a home."""
    return Key(f"HOME#{home}", "QUESTION#")


def note(home: str, id: str) -> Key:
    return Key(f"HOME#{home}", f"NOTE#{id}")


def notes(home: str) -> Key:
    """The prefix of all notes of a home."""
    return Key(f"HOME#{home}", "NOTE#")


def plan(home: str, id: str) -> Key:
    return Key(f"HOME#{home}", f"PLAN#{id}")


def plans(home: str) -> Key:
    """The prefix of all plans of a home that are not over."""
    return Key(f"HOME#{home}", "PLAN#")


def plans_of(keys: Iterable[Key]) -> Iterator[tuple[str, str]]:
    """Home and id of every plan among these."""
    for key in keys:
        if key.sort.startswith("PLAN#"):
            yield key.partition.removeprefix("HOME#"), key.sort.removeprefix("PLAN#")


def wake(home: str, id: str) -> Key:
    """What waits outside for a plan; an empty id is the prefix of all of a home."""
    return Key(f"WAKE#{home}", id)


def review(home: str) -> Key:
    """What was left open in a home; there is none where nothing was."""
    return Key(f"HOME#{home}", "REVIEW")


def head(lane: str) -> Key:
    return Key(f"LANE#{lane}", "HEAD")


def drift(lane: str) -> Key:
    return Key(f"LANE#{lane}", "DRIFT")


def recent(lane: str, number: int) -> Key:
    return Key(f"LANE#{lane}", f"RECENT#{number % RECENT_TURNS}")


def thread(lane: str, thread_id: str) -> Key:
    return Key(f"LANE#{lane}", f"THREAD#{ids.derive(thread_id)}")


def wait(lane: str, due: float, event_id: str) -> Key:
    return Key(f"LANE#{lane}", f"WAIT#{due:017.6f}#{ids.derive(event_id)}")


def waiting(lane: str) -> Key:
    """The prefix of all events that a cap holds back."""
    return Key(f"LANE#{lane}", "WAIT#")


def ledger(lane: str, version: int) -> Key:
    return Key(f"LANE#{lane}", f"LEDGER#{ids.ordered(version)}")


def entries(lane: str) -> Key:
    """The prefix of all entries of a lane's ledger."""
    return Key(f"LANE#{lane}", "LEDGER#")


def gate(lane: str) -> Key:
    return Key(f"GATE#{lane}", "GATE")


def hub() -> Key:
    """What is halted for everybody."""
    return Key("GATE#hub", "GATE")


def act(function: str, lane: str, stage: str, after: str) -> Key:
    """`stage` is OPEN, OUT or DONE; `after` is `<version>#<part>`."""
    return Key(f"ACT#{function}#{lane}", f"{stage}#{after}")


def unfinished_acts(function: str, lane: str) -> Key:
    """The prefix that open acts and untold outcomes share."""
    return Key(f"ACT#{function}#{lane}", "O")


def credential(name: str, lane: str) -> Key:
    """The one row of a person's own credential; who reads it reaches no other."""
    return Key(f"CREDENTIAL#{name}#{lane}", "CREDENTIAL")


def texture(lane: str) -> Key:
    return Key(f"TEXTURE#{lane}", "TEXTURE")


def fresh(lane: str, home: str) -> Key:
    """How a linked home's address wrote lately."""
    return Key(f"TEXTURE#{lane}", f"FRESH#{home}")


def textured(lane: str) -> Key:
    """That a lane has a texture; an empty lane is the prefix of all."""
    return Key("TEXTURES", lane)


def address(address: Address) -> Key:
    return Key(f"ADDRESS#{address.surface}#{address.id}", "HOME")


def spoke(address: Address, home: str) -> Key:
    """That this address spoke in a place where others listen, whose home that is."""
    return Key(f"ADDRESS#{address.surface}#{address.id}", f"SPOKE#{home}")


def spoken(address: Address) -> Key:
    """The prefix of all shared places in which an address spoke."""
    return Key(f"ADDRESS#{address.surface}#{address.id}", "SPOKE#")


def beside(address: Address, other: Key) -> Key:
    """A pointer to a row elsewhere that is about this address, so that erasing finds it."""
    name = ids.derive(other.partition, other.sort)
    return Key(f"ADDRESS#{address.surface}#{address.id}", f"WITH#{name}")


def beside_all(address: Address) -> Key:
    """The prefix of all pointers that stand beside an address."""
    return Key(f"ADDRESS#{address.surface}#{address.id}", "WITH#")


def left(mark: str) -> Key:
    """That somebody was erased who had an address of this mark; it goes by itself after a while."""
    return Key(f"LEFT#{mark}", "LEFT")


def erasure(id: str) -> Key:
    return Key(f"ERASE#{id}", "ERASE")


def erased(number: int) -> Key:
    """A certificate; a number of -1 is the prefix of all."""
    return Key("ERASED", ids.ordered(number) if number >= 0 else "")


def provider(function: str, lane: str, provider_id: str) -> Key:
    return Key(f"PROVIDER#{function}#{lane}", provider_id)


def redaction(lane: str, version: int) -> Key:
    return Key(f"LANE#{lane}", f"REDACT#{ids.ordered(version)}")


def redactions(lane: str) -> Key:
    """The prefix of all that is still to be redacted of what a lane sent."""
    return Key(f"LANE#{lane}", "REDACT#")


def forgetting(lane: str, version: int) -> Key:
    return Key(f"LANE#{lane}", f"FORGOT#{ids.ordered(version)}")


def forgettings(lane: str) -> Key:
    """The prefix of all forgettings of a lane that are not proven yet."""
    return Key(f"LANE#{lane}", "FORGOT#")


def tombstone(home: str, mark: str) -> Key:
    return Key(f"HOME#{home}", f"TOMB#{mark}")


def tombstones(home: str) -> Key:
    """The prefix of all tombstones of a home."""
    return Key(f"HOME#{home}", "TOMB#")


def code(code_hash: str) -> Key:
    return Key(f"CODE#{code_hash}", "CODE")


def session(token_hash: str) -> Key:
    return Key(f"SESSION#{token_hash}", "SESSION")


def session_of(home: str, since: float, token_hash: str) -> Key:
    return Key(f"SESSIONS#{home}", f"{since:017.6f}#{token_hash}")


def sessions(home: str) -> Key:
    """The prefix of all sessions of a web address."""
    return Key(f"SESSIONS#{home}", "")


def signin(browser_hash: str) -> Key:
    return Key(f"SIGNIN#{browser_hash}", "SIGNIN")


def challenge(challenge_hash: str) -> Key:
    return Key(f"CHALLENGE#{challenge_hash}", "CHALLENGE")


def passkey(credential_hash: str) -> Key:
    return Key(f"PASSKEY#{credential_hash}", "PASSKEY")


def passkey_of(home: str, credential_hash: str) -> Key:
    """With an empty hash the prefix of all passkeys of a web address."""
    return Key(f"PASSKEYS#{home}", credential_hash)


def pace(what: str, whose: str) -> Key:
    return Key(f"PACE#{what}#{whose}", "PACE")


def ticket(ticket_hash: str) -> Key:
    return Key(f"TICKET#{ticket_hash}", "TICKET")


def socket(socket_id: str) -> Key:
    return Key(f"SOCKET#{socket_id}", "SOCKET")


def socket_of(home: str, socket_id: str) -> Key:
    return Key(f"SOCKETS#{home}", socket_id)


def install(team: str) -> Key:
    return Key(f"INSTALL#{team}", "INSTALL")
