"""May this act happen? Pure: facts in, a verdict out, the first rule that matches decides.

Judged when the turn commits and again, on the row that the act's own function loads, after its
claim. An error inside a rule is a Deny.

A reply is judged by `judge_reply`, a wish to use a capability by `judge`, whose rules stand in
`RULES` in their order. Nothing here looks at what a model said, only at what it wants done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from persona import ids
from persona.decision import Intent, Verdict
from persona.declare import Capability
from persona.memory.walls import is_exposed
from persona.model import Audience


@dataclass(frozen=True, slots=True)
class Facts:
    """What a verdict may rest on; written by code alone.

    `suppressed` says why the address takes nothing more; `notice` that the words only confirm a
    halt; `home_is_here` that the address still belongs to the lane; `written_for` and `heard_by`
    who could read the words when they were written, and who can now.
    """

    halted: bool
    notice: bool
    suppressed: str
    home_is_here: bool
    written_for: Audience
    heard_by: Audience


ALLOW = Verdict("allow")
EXPOSED = "exposed"
"""The reason where private words would go where others read."""


def judge_reply(facts: Facts) -> Verdict:
    """The verdict on words to one address."""
    if facts.suppressed:
        return Verdict("deny", facts.suppressed)
    if facts.halted and not facts.notice:
        return Verdict("deny", "halted")
    if not facts.home_is_here:
        return Verdict("deny", "unlinked")
    if is_exposed(facts.written_for, facts.heard_by):
        return Verdict("deny", EXPOSED)
    return ALLOW


@dataclass(frozen=True, slots=True)
class Grant:
    """A standing permission: this capability to this destination, until then (epoch seconds).

    `home` is where it was given, with which it comes and goes. `a_day` is how often, 0 for as
    often as the capability itself allows.
    """

    capability: str
    destination: str
    until: float = float("inf")
    home: str = ""
    a_day: int = 0

    @property
    def key(self) -> str:
        """Under which its uses are counted."""
        return f"grant {ids.derive(self.home, self.capability, self.destination)[:12]}"

    def covers(self, intent: Intent, destination: str, now: float, used: Mapping[str, int]) -> bool:
        """Whether this very destination was permitted for this capability, and still is."""
        is_meant = self.capability == intent.capability and self.destination == destination
        is_left = not self.a_day or used.get(self.key, 0) < self.a_day
        return is_meant and now < self.until and is_left


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a verdict on an intent may rest on; every field is written by code.

    `halted` names what is halted (the person, this capability, the whole hub), empty for nothing.
    `audience` is the class of the surface on which it was wished. `tainted` says which untrusted
    words were in the window, empty for none; `sensitivity` (0 to 3) is the highest of all that
    was in it. `own` are the person's own verified addresses as `surface:id`, `typed` the
    destinations that stand literally in what the person said in this turn, in private. `closed`
    gives addresses that take no messages, each with its reason (`people/consent.py`). `off` are
    capabilities that this person has switched off. `used` counts today's acts by capability and
    by limited grant. `spent` is what the person cost today and `most_spent` what they may (US
    dollars); `priced` is what this wish costs beside its capability's own `cost`. `segments` are
    the text messages that it takes, `segments_left` those that today still allows. `approved` is
    the hash that the person's yes was bound to, `strong` whether a passkey gave it. `now` is epoch
    seconds.
    """

    now: float
    halted: str = ""
    audience: Audience = "private"
    tainted: str = ""
    sensitivity: int = 0
    own: frozenset[str] = frozenset()
    typed: frozenset[str] = frozenset()
    grants: tuple[Grant, ...] = ()
    closed: Mapping[str, str] = field(default_factory=dict[str, str])
    off: frozenset[str] = frozenset()
    used: Mapping[str, int] = field(default_factory=dict[str, int])
    spent: float = 0.0
    most_spent: float = 0.0
    priced: float = 0.0
    segments: int = 0
    segments_left: float = float("inf")
    approved: str = ""
    strong: bool = False


def judge(intent: Intent, capability: Capability | None, facts: Circumstances) -> Verdict:
    """The verdict on a wish: the first rule that says something; an error in a rule is a Deny."""
    if facts.halted:
        return Verdict("deny", f"halted: {facts.halted}", "halted")
    if capability is None or capability.version != intent.version:
        return Verdict("deny", "unknown capability or version", "unknown")
    try:
        for rule in RULES:
            verdict = rule(intent, capability, facts)
            if verdict is not None:
                told = replace(verdict, rule=rule.__name__.strip("_").replace("_", " "))
                return _askable(told, facts)
        why = _why_allowed(intent, capability, facts)
        return Verdict("allow", why, why)
    except Exception as error:  # what cannot be judged is not done
        return Verdict("deny", f"not judged: {type(error).__name__}", "not judged")


def _why_allowed(intent: Intent, capability: Capability, facts: Circumstances) -> str:
    """What a wish goes by that no rule speaks against, for the ledger."""
    if facts.approved == intent.hash:
        return "approved"
    named = capability.destinations(intent.arguments)
    if not named:
        return "it goes to nobody else"
    if all(one in facts.own for one in named):
        return "to their own address"
    return "permitted before" if capability.effect != "read" else "they named it"


def _askable(verdict: Verdict, facts: Circumstances) -> Verdict:
    """Where others listen nothing is asked: there is nobody there whose yes could count."""
    if verdict.decision == "ask" and facts.audience != "private":
        reason = f"{verdict.reason}, and here others listen; ask me in private"
        return replace(verdict, decision="deny", reason=reason)
    return verdict


Rule = Callable[[Intent, Capability, Circumstances], Verdict | None]
OPENS_TO_OTHERS = 2
"""From this sensitivity on words never reach a shared place, nor a page's address."""


def _is_off(intent: Intent, capability: Capability, facts: Circumstances) -> Verdict | None:
    return Verdict("deny", "switched off") if capability.name in facts.off else None


def _is_unfit(intent: Intent, capability: Capability, facts: Circumstances) -> Verdict | None:
    """Arguments that are not exactly what the closed schema makes of them."""
    return None if capability.fits(intent.arguments) else Verdict("deny", "unfit arguments")


def _is_exposed(intent: Intent, capability: Capability, facts: Circumstances) -> Verdict | None:
    if facts.audience == "unverified":
        return Verdict("deny", "nobody proven wishes it")
    if facts.audience == "lane" and capability.effect != "read":
        return Verdict("deny", "wished where others listen")
    if facts.audience == "lane" and capability.returns_sensitivity >= OPENS_TO_OTHERS:
        return Verdict("deny", "sensitive in a shared place")
    return None


def _is_over(intent: Intent, capability: Capability, facts: Circumstances) -> Verdict | None:
    if facts.used.get(capability.name, 0) >= capability.rate:
        return Verdict("deny", f"over {capability.rate} a day")
    cost = capability.cost + facts.priced
    if cost and facts.spent + cost > facts.most_spent:
        return Verdict("deny", "over today's budget")
    if facts.segments > facts.segments_left:
        return Verdict("deny", "today's text messages are used up")
    return None


def _is_unwanted(intent: Intent, capability: Capability, facts: Circumstances) -> Verdict | None:
    """An own address where the person wants no messages; whoever has another says so at the act."""
    for named in facts.own.intersection(capability.destinations(intent.arguments)):
        reason = facts.closed.get(named)
        if reason:
            return Verdict("deny", f"{named.partition(':')[2]} takes no messages: {reason}")
    return None


def _goes_astray(intent: Intent, capability: Capability, facts: Circumstances) -> Verdict | None:
    """A destination that is neither the person's own nor permitted, unless this was approved."""
    for named in capability.destinations(intent.arguments):
        is_page = named.startswith("url:")
        if is_page and facts.sensitivity >= OPENS_TO_OTHERS and named not in facts.typed:
            return Verdict("deny", "a page's address could carry sensitive words")
        is_permitted = any(one.covers(intent, named, facts.now, facts.used) for one in facts.grants)
        is_known = named in facts.own or is_permitted or (is_page and named in facts.typed)
        if not is_known and facts.approved != intent.hash:
            where = "you wrote it" if named in facts.typed else "it does not stand in your words"
            read = f"; words of others were read: {facts.tainted}" if facts.tainted else ""
            return Verdict("ask", f"{named.partition(':')[2]} is new to me; {where}{read}")
    return None


def _needs_a_yes(intent: Intent, capability: Capability, facts: Circumstances) -> Verdict | None:
    if capability.effect == "spend" and facts.approved == intent.hash and not facts.strong:
        return Verdict("deny", "spending needs a passkey")
    if facts.approved == intent.hash:
        return None
    if capability.effect == "spend":
        return Verdict("ask", "it spends")
    if capability.destructive:
        return Verdict("ask", "it cannot be undone")
    if facts.tainted and (capability.effect in ("write", "send") or capability.egress):
        return Verdict("ask", f"words of others were read: {facts.tainted}")
    if capability.egress and facts.sensitivity >= OPENS_TO_OTHERS:
        return Verdict("ask", "others read what it is given, and sensitive words were read")
    return None


RULES: tuple[Rule, ...] = (
    _is_off,
    _is_unfit,
    _is_exposed,
    _is_over,
    _is_unwanted,
    _goes_astray,
    _needs_a_yes,
)
"""After what is halted and what is unknown, in the order in which they decide."""
