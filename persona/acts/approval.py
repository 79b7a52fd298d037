"""Answers to questions, by code and never by a model: a yes to exactly what was shown, once.

A code, a press or a signed link answers; a bare yes does not. It may come from any of the
person's private, verified addresses; whoever else says it changes nothing.
"""

from dataclasses import asdict, replace

from persona.acts import questions, wishes
from persona.acts.policy import judge
from persona.acts.questions import Question
from persona.decision import Answer, Decision, Wish
from persona.memory.standing import Standing
from persona.model import Event
from persona.ports import Ports

SHARED = "Approving works in private only: write to me directly, where nobody else reads."
NEW = "This address was linked a short while ago and can approve nothing yet."
NONE = "No question of mine has that code."
OVER = "That question has had its answer: {state}. Nothing more happens."
LATE = "That question stood for a week without an answer, so nothing was done. Ask me again."
DENIED = "Then I do not do this: {shown}."
APPROVED = "Approved. I do this now and tell you how it went: {shown}."
STILL = "You approved it, but I still may not do this: {shown}. The reason: {reason}."
ALWAYS = " From now on I do not ask before this again."
EXPIRED = "You did not answer, so I leave it: {shown}. Nothing was done."


def said(standing: Standing, event: Event, verb: str, rest: str, ports: Ports) -> Decision:
    """The decision on `approve CODE`, `approve CODE always` or `deny CODE`."""
    if standing.is_shared:
        return _say(SHARED)
    code, _, more = rest.partition(" ")
    hash = questions.hash_of(code)
    return _answer(standing, event, hash, verb, is_always=bool(more.strip()), ports=ports)


def pressed(standing: Standing, event: Event, ports: Ports) -> Decision:
    """The decision on a pressed button or a signed link: `target` names the question."""
    if questions.find(standing, event.target, ports) is None:
        return Decision(mind="none")  # somebody else's question: nothing changes, nobody is told
    verb = "approve" if event.detail.get("press") == "approve" else "deny"
    return _answer(standing, event, event.target, verb, is_always=False, ports=ports)


def _answer(
    standing: Standing, event: Event, hash: str, verb: str, is_always: bool, ports: Ports
) -> Decision:
    question = questions.find(standing, hash, ports)
    if question is None:
        return _say(NONE)
    if question.state != "open":
        return _say(OVER.format(state=question.state))
    if ports.clock.now() >= question.until:
        return _close(question, "expired", LATE)
    if verb == "deny":
        return _close(question, "denied", DENIED.format(shown=question.wish.shown))
    if standing.is_new:
        return _say(NEW)
    return _approve(standing, event, question, is_always, ports)


def _approve(
    standing: Standing, event: Event, question: Question, is_always: bool, ports: Ports
) -> Decision:
    """The act in the same commit as the yes, if it may still be done as it was shown."""
    asked, intent = question.wish, question.wish.intent
    capability = ports.capabilities.get(intent.capability)
    facts = {
        **asked.facts,
        "approved": intent.hash,
        "approver": standing.place.home,
        "strong": event.detail.get("strong") == "yes",
    }
    about = wishes.recalled(standing.gate, question.asked, facts, ports.clock.now())
    about = replace(about, used=standing.head.spent.at(about.now).uses)
    verdict = judge(intent, capability, about)
    if verdict.decision != "allow" or capability is None:
        still = STILL.format(shown=asked.shown, reason=verdict.reason)
        return Decision(reply=still, mind="none", tainted=_tainted(question))
    granted = wishes.granted(intent, capability) if is_always else ()
    reply = APPROVED.format(shown=asked.shown) + (ALWAYS if granted else "")
    facts["asked"] = asdict(question.asked)
    allowed = Wish(intent, verdict, asked.shown, facts)
    closed = Answer(question.home, question.hash, "approved")
    return Decision(
        reply=reply,
        mind="none",
        wishes=(allowed,),
        answers=(closed,),
        grants=granted,
        tainted=_tainted(question),
    )


def expired(standing: Standing, event: Event, ports: Ports) -> Decision:
    """A question that nobody answered in time: closed, and told as what it is."""
    question = questions.find(standing, event.target, ports)
    if question is None or question.state != "open":
        return Decision(mind="none")
    return _close(question, "expired", EXPIRED.format(shown=question.wish.shown))


def _close(question: Question, state: str, reply: str) -> Decision:
    closed = Answer(question.home, question.hash, state)
    return Decision(reply=reply, mind="none", answers=(closed,), tainted=_tainted(question))


def _tainted(question: Question) -> str:
    """Whose words stood behind the wish: a reply that shows it repeats them."""
    return question.wish.facts.get("tainted", "")


def _say(reply: str) -> Decision:
    return Decision(reply=reply, mind="none")
