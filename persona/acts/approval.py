"""Answers to questions, by code and never by a model: a yes to exactly what was shown, once.

A code, a press or the slip in a mail answers; a bare yes does not. It may come from any of the
person's private, verified addresses; whoever else says it changes nothing.

A slip proves that somebody holds the mail, and mails are forwarded: by hand, by a rule, by whoever
got into a mailbox. So it says no to anything, and yes only to what stands whole in the person's
own words: where it goes was typed by them, no words of others were read, and it spends nothing.
What a mail, a page or a model brought in is approved by an answer that only the person can send.
"""

import re
from dataclasses import asdict, replace

from persona.acts import circumstances, endings, grants, questions, wishes
from persona.acts.grants import Terms
from persona.acts.plans import Plans
from persona.acts.policy import judge
from persona.acts.questions import Question
from persona.decision import Decision, Wish
from persona.memory.standing import Standing
from persona.model import Event, shortened
from persona.ports import Ports

SHARED = "Approving works in private only: write to me directly, where nobody else reads."
NEW = "This address was linked a short while ago and can approve nothing yet."
NONE = "No question of mine has that code."
OVER = "That question has had its answer: {state}. Nothing more happens."
PARTED = (
    "I asked that while other addresses were linked to this one, so it no longer counts. Nothing "
    "was done; ask me again."
)
MORE = (
    "A link in a mail is not enough for this, since mails are passed on: {shown}.\nAnswer "
    "“approve {code}” from one of your addresses, or press the button on the page."
)
WAITING = "What waits for your answer:\n{listed}\nSay “approve CODE” or “deny CODE”."
MOST_LISTED = 300
"""Characters of one question in the list; whole it stands where it was asked."""
NOTHING = "Nothing waits for your answer."
LATE = "That question stood for a week without an answer, so nothing was done. Ask me again."
DENIED = "Then I do not do this: {shown}."
APPROVED = "Approved. I do this now and tell you how it went: {shown}."
STILL = "You approved it, but I still may not do this: {shown}. The reason: {reason}."
ALWAYS = " From now on I do not ask before this: {shown}. “grants” lists all of that."
EXPIRED = "You did not answer, so I leave it: {shown}. Nothing was done."


def said(standing: Standing, event: Event, verb: str, rest: str, ports: Ports) -> Decision:
    """The decision on `approve CODE`, `approve CODE always` or `deny CODE`."""
    if standing.is_shared:
        return _say(SHARED)
    code, *more = re.split(r"[\s,]+", rest, maxsplit=1)
    terms = grants.terms(more[0], ports) if more else None
    if more and terms is None:
        return _say(grants.UNCLEAR.format(code=code))
    return _answer(standing, event, questions.hash_of(code), verb, terms, ports)


def pressed(standing: Standing, event: Event, ports: Ports) -> Decision:
    """The decision on a press of a button, a card or a slip: `target` names the question."""
    said = event.detail.get("press", "")
    if said not in questions.PRESSES or questions.find(standing, event.target, ports) is None:
        return Decision(mind="none")  # somebody else's question: nothing changes, nobody is told
    verb = "deny" if said == "deny" else "approve"
    terms = grants.terms("always", ports) if said == "always" else None
    return _answer(standing, event, event.target, verb, terms, ports)


def waiting(standing: Standing, ports: Ports) -> Decision:
    """All that waits for an answer, the oldest first, each with the code that it was asked with."""
    if standing.is_shared:
        return _say(SHARED)
    now = ports.clock.now()
    lines = [
        f"{one.code}: {shortened(one.wish.shown, MOST_LISTED)} (asked on {since})"
        for one in questions.listed(standing.gate, ports)
        if one.is_open(now) and (one.home == standing.place.home or not standing.hides)
        for since in [endings.moment(one.since, ports.settings)]
    ]
    return _say(WAITING.format(listed="\n".join(lines)) if lines else NOTHING)


def _answer(
    standing: Standing, event: Event, hash: str, verb: str, terms: Terms | None, ports: Ports
) -> Decision:
    question = questions.find(standing, hash, ports)
    if question is None:
        return _say(NONE)
    if question.state != "open":
        return _say(OVER.format(state=endings.ended(question, ports.settings)))
    if not _is_theirs(standing, question):
        return _close(question, "withdrawn", PARTED)
    if ports.clock.now() >= question.until:
        return _close(question, "expired", LATE)
    if verb == "deny":
        return _close(question, "denied", DENIED.format(shown=question.wish.shown))
    if standing.is_new:
        return _say(NEW)
    if event.detail.get("slip") and (terms or not question.own):
        return _say(MORE.format(shown=question.wish.shown, code=question.code))
    return _approve(standing, event, question, terms, ports)


def _is_theirs(standing: Standing, question: Question) -> bool:
    """Whether it was asked of this very person: here, or where its address was alone.

    What was wished while addresses were linked may rest on the memory of all of them.
    """
    here = standing.place.lane
    own = standing.gate.own_lane(question.home, here)
    return question.wish.intent.lane in (here, own)


def _approve(
    standing: Standing, event: Event, question: Question, terms: Terms | None, ports: Ports
) -> Decision:
    """The act in the same commit as the yes, if it may still be done as it was shown."""
    asked, intent = question.wish, question.wish.intent
    capability = ports.capabilities.get(intent.capability)
    facts = {
        **asked.facts,
        **circumstances.counted_now(standing, ports),
        "approved": intent.hash,
        "approver": standing.place.home,
        "strong": event.detail.get("strong") == "yes",
    }
    about = circumstances.later(intent, capability, facts, standing.gate, question.asked, ports)
    verdict = judge(intent, capability, about)
    if verdict.decision != "allow" or capability is None:
        return _repeating(question, STILL.format(shown=asked.shown, reason=verdict.reason))
    granted = grants.given(intent, capability, standing.place.home, terms) if terms else ()
    listed = "; ".join(grants.shown(row, ports) for row in granted)
    facts["asked"] = asdict(question.asked)
    plans, closed = Plans(standing, ports), questions.closing(question, "approved")
    allowed = Wish(intent, verdict, asked.shown, facts)
    allowed, said = wishes.done_in_turn(allowed, question.asked, plans, ports)
    if allowed.verdict.decision == "deny":
        return _repeating(question, STILL.format(shown=asked.shown, reason=allowed.verdict.reason))
    said = said or APPROVED.format(shown=asked.shown)
    reply = said + (ALWAYS.format(shown=listed) if granted else "")
    decision = _repeating(question, reply)
    return plans.into(replace(decision, wishes=(allowed,), answers=(closed,), grants=granted))


def expired(standing: Standing, event: Event, ports: Ports) -> Decision:
    """A question that nobody answered in time: closed, and told as what it is."""
    question = questions.find(standing, event.target, ports)
    if question is None or question.state != "open":
        return Decision(mind="none")
    return _close(question, "expired", EXPIRED.format(shown=question.wish.shown))


def _close(question: Question, state: str, reply: str) -> Decision:
    return replace(_repeating(question, reply), answers=(questions.closing(question, state),))


def _repeating(question: Question, reply: str) -> Decision:
    """A reply that shows the wish again, and so repeats the words that stood behind it."""
    return Decision(reply=reply, mind="none", tainted=question.wish.facts.get("tainted", ""))


def _say(reply: str) -> Decision:
    return Decision(reply=reply, mind="none")
