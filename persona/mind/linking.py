"""Links in words, by code and never by a model: what is wished, and what is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from persona import ids
from persona.decision import Decision
from persona.keys import MOST_HOMES
from persona.memory.standing import Link, Standing
from persona.mind import signing_in, suggesting
from persona.mind.commands import Command, parse
from persona.mind.words import named, sentence
from persona.model import Address, Event
from persona.ports import Ports

ANSWERABLE = 1_200.0
"""Seconds: as long as a code may wait to be claimed, and then for its number."""
TRIED = frozenset({"offer", "claim", "confirm"})
"""The wishes that count as tries."""
PROVING = frozenset({"claimed", "refused", "linked", "declined"})
"""What an address is still told that may be somebody else's by now."""

MARKS = " .!<>`'\""
"""What may stand around a name."""

SHARED = "Linking works in private only: write to me directly, where nobody else reads."
OFTEN = "You have tried this often enough for now. Try again in an hour."
FULL = f"I keep at most {MOST_HOMES} addresses together: unlink one first. Nothing was linked."
UNLIKE = (
    "What came from here lately is not written the way you write, so for now I open nothing here and "
    "keep nothing. If it is you, say link on another surface of yours, and the code that you get "
    "there here."
)
SILENT = (
    "I have not heard from this address for a long time, and somebody else may have it by now, so "
    "I open nothing here and keep nothing. If you are still the same person, say link on another "
    "surface of yours, and the code that you get there here."
)
NOBODY = "Nothing here waits for a yes."
ALONE = "No other address is linked to this one."
QUARANTINED = (
    "This address was linked a short while ago: until {hours} hours have passed it can link no "
    "other, and unlink only itself."
)
OFFERED = (
    "To be known as yourself elsewhere, say this there within 10 minutes:\n"
    "link {code}\n"
    "Then I ask here whether it was you. Give the code to nobody."
)
SAID = {
    "offered": OFFERED,
    "asked": (
        "{other} asks to be you here as well. If that is you, it shows a number: say yes and the "
        "number, such as “yes NN”. If it is not you, say “not me”. Give the number to nobody."
    ),
    "claimed": (
        "Your number is {number}. I asked {other} whether this is you: answer there with "
        "“yes {number}”. If that is not an address of yours, do nothing, and give the number to "
        "nobody."
    ),
    "refused": (
        "That code does not work: it may be wrong, used, too old, or from this very conversation. "
        "Say link on your other surface, and you get a new one."
    ),
    "linked": "Linked: {other} and this are one conversation now.{closed} “unlink {id}” parts them.",
    "joined": "{other} was linked to you just now. If that was not you: “unlink {id}”.",
    "entered": (
        "Somebody signed in on the web as you just now, with a code that I sent to another of your "
        "addresses. If that was not you: sign out everywhere on the page, and “unlink {id}”."
    ),
    "let in": "",  # the page itself shows it
    "wrong": "That is not the number that {other} shows. Nothing is linked; tries left: {left}.",
    "full": (
        "Nothing was linked: I keep at most {most} addresses together, and one that was linked a "
        "short while ago can link no other yet."
    ),
    "dropped": "Nothing was linked, and the code is dead.",
    "declined": "The other side did not say yes: nothing was linked.",
    "unlike": (
        "What comes from {other} lately is not written the way you write. I have closed there what "
        "you told me, and keep nothing that is said there. If it is you, say link here, and the code "
        "there. If somebody else has it: “unlink {id}”."
    ),
    "parted": "{other} is on its own again, and so is what was said there.",
    "apart": (
        "This address is on its own again. What you told me here stays here, and the rest is "
        "closed to it."
    ),
}
"""What is told of each step, by what the link function calls it."""
PARTED = frozenset({"parted", "apart"})


def wish(standing: Standing, events: Sequence[Event], ports: Ports) -> Decision | None:
    """What these words wish to link or unlink; None where they are about something else."""
    if standing.is_silent:
        return _prove(standing, events)
    command = parse(events[0].words) if len(events) == 1 else None
    if command is None or command.verb not in ("link", "unlink", "confirm", "not me"):
        return None
    waits = _offered(standing, ports)
    if command.verb in ("confirm", "not me") and not waits:
        return None
    if standing.is_shared:
        return _say(SHARED)
    if command.verb == "unlink":
        return _unlink(standing, command, ports)
    if command.verb == "link" and standing.is_new and len(standing.gate.homes) > 1:
        return _quarantined(ports)
    if command.verb == "confirm":
        return _ask("confirm", code=waits, number=command.rest)
    if command.verb == "not me":
        return _ask("refuse", code=waits)
    if command.rest:
        return _ask("claim", code=ids.code_hash(command.rest))
    return _offer(standing, ports)


def _offered(standing: Standing, ports: Ports) -> str:
    """The hash of the code that was offered here last and may still be answered."""
    linking = standing.head.linking
    return linking["code"] if linking and ports.clock.now() < linking["until"] else ""


def _prove(standing: Standing, events: Sequence[Event]) -> Decision:
    """What an address hears that may be somebody else's by now: it can only prove that it is not."""
    command = parse(events[-1].words)
    if command and command.verb == "link" and command.rest:
        wish = _ask("claim", code=ids.code_hash(command.rest), silent="yes")
        return replace(wish, unheard=True)
    is_unlike = standing.place.home in standing.gate.unlike
    return Decision(reply=UNLIKE if is_unlike else SILENT, mind="none", unheard=True)


def _offer(standing: Standing, ports: Ports) -> Decision:
    if len(standing.gate.homes) >= MOST_HOMES:
        return _say(FULL)
    code = ids.code(ports.entropy(ids.CODE))
    wish = _ask("offer", code=ids.code_hash(code), spelled=code, before=_offered(standing, ports))
    linking = {"code": ids.code_hash(code), "until": ports.clock.now() + ANSWERABLE}
    return replace(wish, linking=linking)


def _unlink(standing: Standing, command: Command, ports: Ports) -> Decision:
    gate, own = standing.gate, standing.place.home
    if len(gate.homes) < 2:
        return _say(ALONE)
    is_own = command.rest.strip(MARKS).casefold() in ("me", "this", "here", "myself")
    found = {own: gate.links[own]} if is_own else meant(command.rest, gate.links, ports)
    if len(found) != 1:
        links = found or gate.links
        listed = "\n".join(f"unlink {link.address.id}" for link in links.values())
        return _say(f"Which one? Say one of these:\n{listed}")
    ((home, link),) = found.items()
    if home != own and standing.is_new:
        return _quarantined(ports)
    return _ask("unlink", code="", home=home, other=str(link.address))


def meant(named_so: str, links: Mapping[str, Link], ports: Ports) -> dict[str, Link]:
    """The linked homes that a surface's name or an address stands for."""
    said = named_so.strip(MARKS).casefold()
    by_id = {h: link for h, link in links.items() if said == link.address.id.casefold()}
    return by_id or {
        home: link
        for home, link in links.items()
        if said in (link.address.surface, ports.surfaces[link.address.surface].title.casefold())
    }


def _say(reply: str) -> Decision:
    return Decision(reply=reply, mind="none")


def _ask(verb: str, **more: str) -> Decision:
    """A wish whose outcome is told when it is known; nothing is said at once."""
    return Decision(mind="none", link={"verb": verb, **more})


def told(standing: Standing, event: Event, ports: Ports) -> Decision:
    """The turn on what became of a link: what this side is told, and what it waits for now.

    Or on how the address writes, which suggests to make a link or to close one.
    """
    if event.kind == "suggestion":
        return suggesting.told(standing, event, ports)
    about = event.detail
    if standing.is_silent and about["link"] not in PROVING:
        return Decision(mind="none")
    if "signin" in about:
        return signing_in.offered(event, ports)
    other = named(Address.parse(about["other"]), ports) if "other" in about else ""
    what = about["link"]
    is_over = bool(about.get("code")) and about["code"] == standing.head.linking.get("code")
    linking: dict[str, Any] | None = {} if is_over else None
    gate = suggesting.proven(standing, ports.clock.now()) if what == "linked" else {}
    reply = _sentence(what, other, about, ports)
    likeness: dict[str, Any] | None = (
        {} if what in PARTED else None
    )  # it compared what is apart now
    return Decision(reply=reply, mind="none", linking=linking, gate=gate, likeness=likeness)


def _sentence(what: str, other: str, about: Mapping[str, str], ports: Ports) -> str:
    """What one side is told of a step; the words of `SAID` with whom and what it is about."""
    said = SAID.get(what, NOBODY)
    id = Address.parse(about.get("other", "")).id
    number, left = about.get("number", ""), about.get("left", "")
    return sentence(
        said.format(
            other=other,
            id=id,
            code=about.get("spelled", ""),
            number=number,
            left=left,
            closed=_closed(ports),
            most=MOST_HOMES,
        )
    )


def _quarantined(ports: Ports) -> Decision:
    return _say(QUARANTINED.format(hours=_hours(ports)))


def _closed(ports: Ports) -> str:
    if not ports.settings.link_quarantine:
        return ""
    return f" For {_hours(ports)} hours neither opens sensitive words that were said to the other before."


def _hours(ports: Ports) -> int:
    return max(1, round(ports.settings.link_quarantine / 3600))
