"""Where every row stands: one table, one door, each access pattern a key.

| asked for | partition | sort |
|---|---|---|
| was this event handled? | `HOME#<home>` | `SEEN#<event>` |
| what was said, and the reply to it | `HOME#<home>` | `TURN#<version>` |
| the compare-and-swap of a lane, its digest | `LANE#<lane>` | `HEAD` |
| the last turns, for the prompt | `LANE#<lane>` | `RECENT#<number mod 8>` |
| does the persona take part in this thread? | `LANE#<lane>` | `THREAD#<thread>` |
| events held back by a cap | `LANE#<lane>` | `WAIT#<due>#<event>` |
| what was decided, hash-chained | `LANE#<lane>` | `LEDGER#<version>` |
| may an act still happen? | `GATE#<lane>` | `GATE` |
| acts still to be done, in order | `ACT#<function>#<lane>` | `OPEN#<version>#<part>` |
| acts ended, the lane not yet told | `ACT#<function>#<lane>` | `OUT#<version>#<part>` |
| acts ended | `ACT#<function>#<lane>` | `DONE#<version>#<part>` |
| whose home, which lane | `ADDRESS#<surface>#<address>` | `HOME` |
| a vendor's id, ours | `PROVIDER#<function>#<id>` | `ACT` |
| a blob to be deleted | `BLOB#<hash>` | `GONE` |
| sent texts to be redacted | `REDACT#<lane>` | `<version>` |
| web sign-in, socket ticket, socket | `SESSION#<hash>` `TICKET#<hash>` `SOCKET#<id>` | the same word |
| messages of a web address in its last minute | `PACE#<surface>#<address>` | `PACE` |
| the open sockets of a lane | `SOCKETS#<lane>` | `<socket>` |
| an installation of a Slack workspace | `INSTALL#<team>` | `INSTALL` |

Open acts leave their partition's `O…` prefix when they end, so finding work is one bounded
read however long the history. Rows with `due` (epoch seconds) stand in a sparse index that the
sweeper reads; rows with `expires` are deleted some time after it.
"""

from typing import NamedTuple

from persona import ids
from persona.model import Address

RECENT_TURNS = 8


class Key(NamedTuple):
    """The full key of one row."""

    partition: str
    sort: str


def seen(home: str, event_id: str) -> Key:
    return Key(f"HOME#{home}", f"SEEN#{ids.derive(event_id)}")


def turn(home: str, version: int) -> Key:
    return Key(f"HOME#{home}", f"TURN#{ids.ordered(version)}")


def turns(home: str) -> Key:
    """The prefix of all turns of a home."""
    return Key(f"HOME#{home}", "TURN#")


def head(lane: str) -> Key:
    return Key(f"LANE#{lane}", "HEAD")


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


def gate(lane: str) -> Key:
    return Key(f"GATE#{lane}", "GATE")


def act(function: str, lane: str, stage: str, after: str) -> Key:
    """`stage` is OPEN, OUT or DONE; `after` is `<version>#<part>`."""
    return Key(f"ACT#{function}#{lane}", f"{stage}#{after}")


def unfinished_acts(function: str, lane: str) -> Key:
    """The prefix that open acts and untold outcomes share."""
    return Key(f"ACT#{function}#{lane}", "O")


def address(address: Address) -> Key:
    return Key(f"ADDRESS#{address.surface}#{address.id}", "HOME")


def provider(function: str, provider_id: str) -> Key:
    return Key(f"PROVIDER#{function}#{provider_id}", "ACT")


def redaction(lane: str, version: int) -> Key:
    return Key(f"REDACT#{lane}", ids.ordered(version))


def blob(name: str) -> Key:
    return Key(f"BLOB#{ids.derive(name)}", "GONE")


def session(token_hash: str) -> Key:
    return Key(f"SESSION#{token_hash}", "SESSION")


def pace(address: Address) -> Key:
    return Key(f"PACE#{address.surface}#{address.id}", "PACE")


def ticket(ticket_hash: str) -> Key:
    return Key(f"TICKET#{ticket_hash}", "TICKET")


def socket(socket_id: str) -> Key:
    return Key(f"SOCKET#{socket_id}", "SOCKET")


def socket_of(lane: str, socket_id: str) -> Key:
    return Key(f"SOCKETS#{lane}", socket_id)


def install(team: str) -> Key:
    return Key(f"INSTALL#{team}", "INSTALL")
