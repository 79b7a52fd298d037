"""A review, top to bottom: may it speak, what still stands, what the mind makes of it, what is left."""

from dataclasses import replace

from persona.acts import looking, telling, wishes
from persona.decision import Decision
from persona.memory.standing import Standing
from persona.mind import drifting, review
from persona.model import Event
from persona.ports import Ports
from persona.topic import Looked


def on_time(standing: Standing, event: Event, ports: Ports, reflex_only: bool) -> Decision:
    """Nobody spoke, and something is open: told where it was left so, or passed over in silence."""
    if looking.is_stale(standing, event, ports):
        return Decision(mind="none", looked=Looked())
    now = ports.clock.now()
    free = telling.free_at(standing, event.address, now, ports)
    speaks = looking.may_speak_at(standing, free, now, ports)
    if speaks > now:
        return Decision(mind="none", looked=looking.put_off(standing, speaks))
    look = looking.Look(standing, ports)
    found = look.found(ports.identity.review.about)
    told = review.look(standing, event, found, ports, reflex_only)
    looked = look.left(told.about, found[review.MOST_TOLD :])
    decision = replace(look.plans.into(told.decision), looked=looked)
    decision = drifting.looked(standing, event, decision, ports, reflex_only)
    return wishes.judged(standing, [event], decision, ports)
