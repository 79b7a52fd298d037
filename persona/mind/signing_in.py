"""Signing in on the web, in words: what the address is told by which somebody asks to be let in."""

from persona import ids
from persona.decision import Decision
from persona.keys import MOST_HOMES
from persona.memory.standing import Standing
from persona.mind.words import when
from persona.model import Event
from persona.ports import Ports

OFFERED = (
    "Somebody asked {when} to sign in on the web as you. If that was you, type this code there "
    "within 10 minutes, in the browser in which you asked:\n"
    "{code}\n"
    "or open this in that browser, and press once:\n"
    "{link}\n"
    "Give the code to nobody, whoever asks for it. If that was not you, ignore this: nothing happens."
)
TOO_NEW = (
    "Somebody asked {when} to sign in on the web as you. This address was linked a short while "
    "ago, so it lets nobody in yet."
)
FULL = (
    "Somebody asked {when} to sign in on the web as you, and a browser would be one address too "
    f"many: I keep at most {MOST_HOMES} together. If that was you, unlink one first."
)


def answer(standing: Standing, event: Event, ports: Ports) -> Decision:
    """The wish for a code for the browser that asked; or, once it was entered, to let that in."""
    if event.detail["signin"] != "asked":
        return Decision(mind="none", link={"verb": "admit", "code": event.detail["code"]})
    if standing.is_silent or standing.place_is_unproven or standing.is_shared:
        return Decision(mind="none")
    asked, gate = when(event.at, ports), standing.gate
    if standing.is_new and len(gate.homes) > 1:
        return Decision(reply=TOO_NEW.format(when=asked), mind="none")
    if "web" not in gate.surfaces and len(gate.homes) >= MOST_HOMES:
        return Decision(reply=FULL.format(when=asked), mind="none")
    code = ids.code(ports.entropy(ids.CODE))
    hash = ids.code_hash(code, event.detail["browser"])
    wish = {"verb": "offer", "code": hash, "spelled": code, "before": ""}
    return Decision(mind="none", link=wish)


def offered(event: Event, ports: Ports) -> Decision:
    """The code is told once it counts, however soon it is typed."""
    code = event.detail["spelled"]
    link = f"{ports.settings.public_url}/signin#{code}"
    said = OFFERED.format(when=when(event.at, ports), code=code, link=link)
    return Decision(reply=said, mind="none")
