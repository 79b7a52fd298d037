"""What a person's acts and replies take of the day (UTC): uses, money, text messages.

The counts stand in the lane's head (`decision.Spent`), beside what thinking costs, and move in the
turn's own commit, so that two workers cannot spend the same. A wish is judged by them before (see
`policy.py`); a reply that does not fit is withheld, and the person told so once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from persona.decision import Act, Decision, Intent, Spent, Wish
from persona.declare import Capability
from persona.memory.standing import Standing
from persona.model import Address
from persona.ports import Ports
from persona.settings import Settings

LAST_WORD = (
    "That is all that I may send you in text messages today. I go on reading what you write here; "
    "what I answer stands on the web, and tomorrow I text again."
)
REVIEWS = "review"
"""As what messages of the persona's own accord are counted."""
RESERVE = 2
"""Text messages of a day that are kept for the last word."""
MISSED = "(Some answers of mine did not go out: the day's text messages were used up.)"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one use takes: US dollars beside its capability's own `cost`, and text messages."""

    priced: float = 0.0
    segments: int = 0


def of(intent: Intent, capability: Capability, ports: Ports) -> Cost:
    """What carrying this out takes; the carrier's messages, where it is one."""
    try:
        letter = capability.letter(intent.arguments)
    except ValueError:  # arguments that do not fit take nothing, and are denied
        return Cost()
    return _of(letter.address, [letter.text], ports) if letter else Cost()


def _of(address: Address, parts: Iterable[str], ports: Ports) -> Cost:
    count = ports.surfaces[address.surface].segments
    segments = sum(count(address, part) for part in parts) if count else 0
    return Cost(segments * ports.settings.segment_usd, segments)


def used(spent: Spent, wish: Wish, ports: Ports) -> Spent:
    """With one allowed wish, and the standing permissions with a limit that it goes by."""
    capability = ports.capabilities[wish.intent.capability]
    takes = of(wish.intent, capability, ports)
    names = [capability.name, *wish.facts["limited"]]
    return spent.using(names, capability.cost + takes.priced, takes.segments)


def counted(spent: Spent, decision: Decision, acts: Sequence[Act], ports: Ports) -> Spent:
    """With what a decision leads to: allowed wishes, and the acts that carry its reply.

    A day on which a reply was withheld has no text messages left.
    """
    for wish in decision.wishes:
        if wish.verdict.decision == "allow":
            spent = used(spent, wish, ports)
    for act in acts:
        takes = _of(act.address, [act.text], ports)
        spent = spent.using((), takes.priced, takes.segments)
    if decision.looked and decision.looked.told:
        spent = spent.using([REVIEWS])
    if decision.withheld:
        spent = replace(spent, segments=max(spent.segments, ports.settings.budget_segments))
    return spent


def affordable(standing: Standing, decision: Decision, address: Address, ports: Ports) -> Decision:
    """The decision with a reply for which the day's text messages suffice; it goes to `address`.

    The first that does not fit gives way to one that says so; after that the day is silent there.
    """
    surface, now = ports.surfaces[address.surface], ports.clock.now()
    if surface.segments is None or not decision.reply or decision.notice:
        return decision
    spent = counted(standing.head.spent.at(now), decision, (), ports)
    takes = _of(address, surface.split(decision.reply), ports)
    if not takes.segments or fits(spent, takes, ports.settings):
        return decision
    is_told = standing.head.spent.at(now).segments >= ports.settings.budget_segments
    reply, untold = ("", MISSED) if is_told else (LAST_WORD, "")
    return replace(decision, reply=reply, told=False, greets=False, withheld=True, untold=untold)


def fits(spent: Spent, takes: Cost, settings: Settings) -> bool:
    """Whether this still fits what a day may cost."""
    is_cheap = not settings.budget_usd or spent.usd + takes.priced <= settings.budget_usd
    return is_cheap and takes.segments <= left(spent, settings)


def left(spent: Spent, settings: Settings) -> int:
    """Text messages that the day still allows."""
    return settings.budget_segments - RESERVE - spent.segments
