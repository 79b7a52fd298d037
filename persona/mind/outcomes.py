"""What became of a wish, told by code where it was spoken, in a line that a person understands."""

from collections.abc import Mapping
from dataclasses import replace

from persona.decision import Decision
from persona.memory import failures
from persona.memory.own import own_of
from persona.memory.standing import Standing
from persona.mind.hands import MemoryHands
from persona.mind.voice import Voice
from persona.mind.wishing import heard
from persona.mind.words import quote, sentence
from persona.model import Event, Evidence, shortened
from persona.people import consent
from persona.ports import Ports

MOST_SHOWN = 3_000
"""Characters of what came back that are shown at once."""
MOST_WHY = 300
"""Characters of a reason in words."""
MOST_WORDS = 300
"""Characters of the words that are offered to be said again."""
BEARS = 0.25
"""The share of a wish's weight that words hold which bear on it."""
MOST_OTHERS = 2
"""Other ways that are named."""
DONE = "Done: {shown}."
BROUGHT = "Done: {shown}. This came back:\n{result}"
FAILED = "I could not do this: {shown}. The reason: {reason}. Nothing was done."
UNSURE = (
    "I do not know whether this was done: {shown}. The answer was lost ({reason}), and I do not "
    "repeat it by myself."
)
NOT_DONE = "nothing was done, and what you said is kept"
NOT_KNOWN = "it was tried once, nobody knows whether it was done, and it is not repeated"
ALSO = "\n{also}."


def told(standing: Standing, event: Event, ports: Ports) -> Decision:
    """The turn on an outcome: what is told of it, put as this person would want to hear it."""
    about = event.detail
    capability = ports.capabilities.get(about["capability"])
    effect = capability.effect if capability else ""
    failure = failures.of_outcome(event, effect, ports.clock.now())
    voice = Voice(standing, ports, failure.what if failure else "")
    result = shortened(about.get("result_text", ""), MOST_SHOWN)
    code = about.get("reason", "")
    why = shortened(about.get("result_why", ""), MOST_WHY).rstrip(".") or code
    filled = {"shown": about["shown"], "reason": why, "result": result}
    if failure is None:
        part, plain = ("brought", BROUGHT) if result else ("done", DONE)
        reply, shared = voice.say(part, plain.format_map(filled), **filled), None
    else:
        reply, shared = _of_failure(standing, event, voice, filled, ports)
    closed = {about["to"]: code} if _closes(about) else {}
    seen = int(about.get("result_sensitivity", "0"))
    decision = Decision(reply=reply, mind="none", suppress=closed, shown=seen, failure=failure)
    decision = replace(decision, recalled=(shared,)) if shared else decision
    return voice.put(decision)


def _closes(about: Mapping[str, str]) -> bool:
    return about.get("reason", "") in consent.REPORTED and bool(about.get("to"))


def _of_failure(
    standing: Standing, event: Event, voice: Voice, filled: Mapping[str, str], ports: Ports
) -> tuple[str, Evidence | None]:
    """What is told of a failure, and what the two share that bears on it, where that is quoted."""
    is_unsure = event.detail["state"] == "unknown"
    part, plain = ("unsure", UNSURE) if is_unsure else ("failed", FAILED)
    shared = _shared(standing, event, ports) if part == "failed" and voice.wants("also") else None
    also = ALSO.format(also=sentence(quote(shared, ports).rstrip("."))) if shared else ""
    words = "" if event.detail.get("plan") else event.words.strip()
    told = {
        **filled,
        "also": also,
        "words": words if len(words) <= MOST_WORDS and "\n" not in words else "",
        "other": others(standing, event.detail["capability"], ports),
        "certain": NOT_KNOWN if is_unsure else NOT_DONE,
    }
    return voice.of_failure(part, plain.format_map(filled), told), shared


def _shared(standing: Standing, event: Event, ports: Ports) -> Evidence | None:
    """Something that the person told before, and no wish, that bears on what failed."""
    found = MemoryHands(standing, [event], ports).match(event.words)
    bears = (one.evidence for one in found if one.own_cover >= BEARS and one.evidence.tells)
    return next((one for one in bears if heard(own_of(one), ports) is None), None)


def others(standing: Standing, name: str, ports: Ports) -> str:
    """Other capabilities that may serve the same end, by the words that use them."""
    failing = ports.capabilities.get(name)
    kin = set(name.rstrip("s").split("_"))
    ways = [
        (len(kin & set(one.name.rstrip("s").split("_"))), one)
        for one in ports.capabilities.values()
        if one.name != name
        and one.say
        and not standing.is_closed(one.name)
        and failing is not None
        and one.effect == failing.effect
    ]
    ways.sort(key=lambda way: -way[0])
    return ", or ".join(f"“{one.say}” ({one.brief})" for _, one in ways[:MOST_OTHERS])


def is_read(event: Event, ports: Ports) -> bool:
    """Whether it is something that was read, and came back: a mind may answer with it."""
    capability = ports.capabilities.get(event.detail.get("capability", ""))
    is_done = event.detail["state"] in ("sent", "delivered")
    return is_done and capability is not None and capability.effect == "read"
