"""May this wish be done? Every rule alone, in its order, and what no circumstances bring about."""

import timeit
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from capabilities.send_email import send_email
from capabilities.send_sms import send_sms
from persona.acts.policy import RULES, Circumstances, Grant, judge
from persona.decision import Intent
from persona.declare import Capability, Destination, capability
from persona.errors import Refused

BOB = "bob@example.net"
FINE = Circumstances(now=1_750_000_000.0, own=frozenset(["email:ann@example.org"]))


class Nothing(BaseModel):
    """Nothing to choose."""

    model_config = ConfigDict(extra="forbid")


class Page(BaseModel):
    """One page."""

    model_config = ConfigDict(extra="forbid")
    url: str = Field(description="Which.")


def canonical_url(text: str) -> str:
    if not text.startswith("https://"):
        raise ValueError("not a page")
    return text.lower()


@capability(effect="spend", cost=3.0)
def pay(arguments: Nothing) -> None:
    """Pays."""


@capability(effect="write", destructive=True)
def wipe(arguments: Nothing) -> None:
    """Wipes."""


@capability(effect="write")
def note_down(arguments: Nothing) -> None:
    """Writes something down."""


@capability(effect="read", returns_sensitivity=2)
def look(arguments: Nothing) -> None:
    """Looks at something sensitive."""


@capability(effect="read", dest={"url": Destination("url", canonical_url)})
def fetch(arguments: Page) -> None:
    """Gets a page."""


def wish(of: Capability = send_email, **arguments: Any) -> Intent:
    given_ = arguments or ({"to": BOB, "text": "hi"} if of is send_email else {})
    return Intent(of.name, of.version, of.fit(given_), "L" * 26, "cause/0")


def decided(intent: Intent, of: Capability | None, facts: Circumstances) -> tuple[str, str]:
    verdict = judge(intent, of, facts)
    return verdict.decision, verdict.reason


def test_ones_own_address_is_allowed() -> None:
    own = wish(to="ann@example.org", text="milk")
    assert decided(own, send_email, FINE) == ("allow", "to their own address")


def test_what_is_allowed_says_by_what() -> None:
    granted = replace(FINE, grants=(Grant("send_email", f"email:{BOB}"),))
    assert decided(wish(), send_email, granted) == ("allow", "permitted before")
    approved = replace(FINE, approved=wish().hash)
    assert decided(wish(), send_email, approved) == ("allow", "approved")
    assert decided(wish(note_down), note_down, FINE) == ("allow", "it goes to nobody else")
    page = wish(fetch, url="https://example.net/a")
    assert decided(page, fetch, replace(FINE, typed=frozenset([PAGE]))) == (
        "allow",
        "they named it",
    )


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(FINE, halted="you said stop"), "halted: you said stop"),
        (replace(FINE, off=frozenset(["send_email"])), "switched off"),
        (replace(FINE, audience="unverified"), "nobody proven wishes it"),
        (replace(FINE, audience="lane"), "wished where others listen"),
        (replace(FINE, used={"send_email": send_email.rate}), "over 20 a day"),
    ],
)
def test_denied_even_to_ones_own_address_and_approved(facts: Circumstances, reason: str) -> None:
    own = wish(to="ann@example.org", text="milk")
    assert decided(own, send_email, replace(facts, approved=own.hash)) == ("deny", reason)


def test_what_is_unknown_is_denied() -> None:
    assert judge(wish(), None, FINE).decision == "deny"
    assert judge(replace(wish(), version=2), send_email, FINE).decision == "deny"


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"to": BOB, "text": "hi", "subject": "A message", "bcc": "eve@example.net"},
        {"to": BOB.upper(), "text": "hi", "subject": "A message"},
        {"to": "b\u043eb@example.net", "text": "hi", "subject": "A message"},
        {"to": [BOB], "text": "hi", "subject": "A message"},
    ],
)
def test_arguments_that_are_not_canonical_are_denied(arguments: dict[str, Any]) -> None:
    forged = replace(wish(), arguments=arguments)
    verdict = judge(forged, send_email, replace(FINE, approved=forged.hash))
    assert verdict.decision == "deny"


def test_a_new_address_is_asked_for_and_the_question_says_where_it_came_from() -> None:
    assert decided(wish(), send_email, FINE) == (
        "ask",
        f"{BOB} is new to me; it does not stand in your words",
    )
    typed = replace(FINE, typed=send_email.typed(f"please write to <{BOB}>, thanks"))
    assert decided(wish(), send_email, typed) == ("ask", f"{BOB} is new to me; you wrote it")


def test_a_grant_covers_its_capability_and_address_until_its_end() -> None:
    grant = Grant("send_email", f"email:{BOB}", until=FINE.now + 1)
    facts = replace(FINE, grants=(grant,))
    assert judge(wish(), send_email, facts).decision == "allow"
    assert judge(wish(to="eve@example.net", text="hi"), send_email, facts).decision == "ask"
    text = Intent("send_sms", 1, send_sms.fit({"to": "+14155550100", "text": "hi"}))
    assert judge(text, send_sms, facts).decision == "ask"
    assert judge(wish(), send_email, replace(facts, now=facts.now + 1)).decision == "ask"


def test_a_grant_with_a_daily_limit_covers_so_many_and_then_asks() -> None:
    grant = Grant("send_email", f"email:{BOB}", a_day=3)
    facts = replace(FINE, grants=(grant,), used={grant.key: 2})
    assert judge(wish(), send_email, facts).decision == "allow"
    assert judge(wish(), send_email, replace(facts, used={grant.key: 3})).decision == "ask"


def test_text_messages_and_their_price_stay_within_the_day() -> None:
    facts = replace(FINE, own=frozenset(["sms:+14155550100"]), most_spent=1.0, segments=2)
    text = Intent("send_sms", 1, send_sms.fit({"to": "+14155550100", "text": "hi"}))
    assert judge(text, send_sms, replace(facts, segments_left=2)).decision == "allow"
    assert decided(text, send_sms, replace(facts, segments_left=1)) == (
        "deny",
        "today's text messages are used up",
    )
    assert judge(text, send_sms, replace(facts, spent=0.5, priced=0.5)).decision == "allow"
    assert decided(text, send_sms, replace(facts, spent=0.6, priced=0.5)) == (
        "deny",
        "over today's budget",
    )


def test_what_would_be_asked_where_others_listen_is_denied() -> None:
    page = wish(fetch, url="https://example.net/a")
    verdict = judge(page, fetch, replace(FINE, audience="lane"))
    assert verdict.decision == "deny"
    assert "ask me in private" in verdict.reason


@pytest.mark.parametrize(
    "other",
    [
        wish(text="other", to=BOB),
        wish(to="bob2@example.net", text="hi"),
        wish(to=BOB, text="hi", subject="other"),
        replace(wish(), cause="cause/1"),
        replace(wish(), lane="M" * 26),
    ],
    ids=["text", "recipient", "subject", "intent", "lane"],
)
def test_a_yes_to_one_intent_is_a_yes_to_no_other(other: Intent) -> None:
    facts = replace(FINE, approved=wish().hash)
    assert judge(wish(), send_email, facts).decision == "allow"
    assert judge(other, send_email, facts).decision == "ask"


def test_spending_needs_a_yes_with_a_passkey_and_stays_within_the_day() -> None:
    intent, facts = wish(pay), replace(FINE, most_spent=5.0)
    assert decided(intent, pay, facts) == ("ask", "it spends")
    approved = replace(facts, approved=intent.hash)
    assert decided(intent, pay, approved) == ("deny", "spending needs a passkey")
    strong = replace(approved, strong=True)
    assert judge(intent, pay, strong).decision == "allow"
    assert decided(intent, pay, replace(strong, spent=2.5)) == ("deny", "over today's budget")


def test_what_cannot_be_undone_is_asked_for() -> None:
    assert decided(wish(wipe), wipe, FINE) == ("ask", "it cannot be undone")
    assert judge(wish(wipe), wipe, replace(FINE, approved=wish(wipe).hash)).decision == "allow"


def test_after_others_words_writing_and_sending_are_asked_for_and_reading_is_not() -> None:
    tainted, own = replace(FINE, tainted="fetch_page"), wish(to="ann@example.org", text="x")
    assert judge(own, send_email, tainted).decision == "ask"
    assert judge(wish(note_down), note_down, tainted).decision == "ask"
    assert judge(wish(note_down), note_down, FINE).decision == "allow"
    assert judge(wish(look), look, tainted).decision == "allow"


def test_a_reader_whom_others_hear_is_asked_for_after_others_words_and_secrets() -> None:
    asking = replace(look, returns_sensitivity=0, egress=True)
    assert judge(wish(asking), asking, FINE).decision == "allow"
    assert judge(wish(asking), asking, replace(FINE, tainted="fetch_page")).decision == "ask"
    assert judge(wish(asking), asking, replace(FINE, sensitivity=2)).decision == "ask"


def test_sensitive_things_are_not_read_out_where_others_listen() -> None:
    assert judge(wish(look), look, replace(FINE, audience="lane")).decision == "deny"


def test_a_page_is_fetched_when_it_was_typed_and_its_address_carries_no_secret() -> None:
    page = wish(fetch, url="https://example.net/a")
    typed = replace(FINE, typed=fetch.typed("look at https://EXAMPLE.net/a."))
    assert judge(page, fetch, typed).decision == "allow"
    assert judge(page, fetch, FINE).decision == "ask"
    assert judge(page, fetch, replace(FINE, sensitivity=2)).decision == "deny"
    assert judge(page, fetch, replace(typed, sensitivity=3)).decision == "allow"


def test_an_error_in_a_rule_is_a_denial() -> None:
    broken = replace(FINE, grants=(None,))  # pyright: ignore[reportArgumentType]
    assert decided(wish(), send_email, broken)[0] == "deny"


TEXTS = st.sampled_from(["", "x"])
CIRCUMSTANCES = st.builds(
    Circumstances,
    now=st.just(FINE.now),
    halted=TEXTS,
    audience=st.sampled_from(["private", "lane", "unverified"]),
    tainted=TEXTS,
    sensitivity=st.integers(0, 3),
    own=st.sampled_from([frozenset[str](), frozenset([f"email:{BOB}"])]),
    typed=st.sampled_from([frozenset[str](), frozenset([f"email:{BOB}"])]),
    grants=st.sampled_from([(), (Grant("send_email", f"email:{BOB}"),)]),
    off=st.sampled_from([frozenset[str](), frozenset(["send_email"])]),
    used=st.sampled_from([{}, {"send_email": 20}]),
    approved=st.sampled_from(["", wish().hash, "other"]),
    strong=st.booleans(),
)
ADDRESSES = frozenset([f"email:{BOB}"])
PAGE = "url:https://example.net/a"
WISHES: tuple[tuple[Intent, Capability], ...] = (
    (wish(), send_email),
    (wish(pay), pay),
    (wish(wipe), wipe),
    (wish(note_down), note_down),
    (wish(look), look),
    (wish(fetch, url="https://example.net/a"), fetch),
)
GRANTS = (
    Grant("send_email", f"email:{BOB}"),
    Grant("send_email", f"email:{BOB}", home="H", a_day=2),
    Grant("fetch", PAGE, until=FINE.now + 1),
)
ANYTHING = st.builds(
    Circumstances,
    now=st.just(FINE.now),
    halted=TEXTS,
    audience=st.sampled_from(["private", "lane", "unverified"]),
    tainted=TEXTS,
    sensitivity=st.integers(0, 3),
    own=st.sampled_from([frozenset[str](), ADDRESSES]),
    typed=st.sampled_from([frozenset[str](), ADDRESSES, frozenset([PAGE])]),
    grants=st.lists(st.sampled_from(GRANTS), unique=True, max_size=3).map(tuple),
    off=st.sampled_from([frozenset[str](), frozenset(["send_email"])]),
    used=st.dictionaries(st.sampled_from(["send_email", GRANTS[1].key]), st.integers(0, 25)),
    spent=st.sampled_from([0.0, 2.0, 4.0]),
    most_spent=st.sampled_from([0.0, 5.0, float("inf")]),
    priced=st.sampled_from([0.0, 1.5]),
    segments=st.integers(0, 3),
    segments_left=st.integers(-1, 3),
    approved=st.sampled_from(["", "other", *(intent.hash for intent, _ in WISHES)]),
    strong=st.booleans(),
)
WORSE: dict[str, Any] = {
    "halted": lambda facts: {"halted": "x"},
    "others listen": lambda facts: {
        "audience": "lane" if facts.audience == "private" else facts.audience
    },
    "nobody is proven": lambda facts: {"audience": "unverified"},
    "others' words were read": lambda facts: {"tainted": "x"},
    "more sensitive": lambda facts: {"sensitivity": min(3, facts.sensitivity + 1)},
    "an address less": lambda facts: {"own": frozenset[str]()},
    "nothing typed": lambda facts: {"typed": frozenset[str]()},
    "a grant less": lambda facts: {"grants": facts.grants[1:]},
    "time goes by": lambda facts: {"now": facts.now + 1},
    "switched off": lambda facts: {"off": frozenset(c.name for _, c in WISHES)},
    "used more": lambda facts: {"used": {n: k + 1 for n, k in facts.used.items()}},
    "spent more": lambda facts: {"spent": facts.spent + 1},
    "less to spend": lambda facts: {"most_spent": facts.most_spent - 1},
    "dearer": lambda facts: {"priced": facts.priced + 1},
    "longer": lambda facts: {"segments": facts.segments + 1},
    "fewer texts left": lambda facts: {"segments_left": facts.segments_left - 1},
    "no passkey": lambda facts: {"strong": False},
}
ORDER = ["allow", "ask", "deny"]


@given(ANYTHING, st.sampled_from(WISHES), st.sampled_from(sorted(WORSE)))
def test_the_judge_is_monotone(
    facts: Circumstances, wished: tuple[Intent, Capability], name: str
) -> None:
    """What speaks against a wish never moves its verdict towards a yes."""
    intent, of = wished
    before = judge(intent, of, facts).decision
    after = judge(intent, of, replace(facts, **WORSE[name](facts))).decision
    assert ORDER.index(after) >= ORDER.index(before)


@given(ANYTHING, st.sampled_from(WISHES))
def test_without_its_approval_nothing_more_is_allowed(
    facts: Circumstances, wished: tuple[Intent, Capability]
) -> None:
    intent, of = wished
    if judge(intent, of, replace(facts, approved="")).decision == "allow":
        return
    for other in ("other", *(one.hash for one, _ in WISHES if one is not intent)):
        assert judge(intent, of, replace(facts, approved=other)).decision != "allow"


@given(ANYTHING, st.sampled_from(WISHES))
def test_nobody_is_asked_where_others_listen(
    facts: Circumstances, wished: tuple[Intent, Capability]
) -> None:
    if facts.audience != "private":
        assert judge(*wished, facts).decision != "ask"


JSON = st.recursive(
    st.text(max_size=4) | st.integers(-9, 9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)
INTENTS = st.builds(
    Intent,
    capability=st.text(max_size=3),
    version=st.integers(0, 3),
    arguments=st.dictionaries(st.text(max_size=3), JSON, max_size=2),
    lane=st.text(max_size=3),
    cause=st.text(max_size=3),
)


@given(INTENTS, INTENTS)
def test_two_intents_have_one_hash_only_where_they_are_one(one: Intent, other: Intent) -> None:
    assert (one.hash == other.hash) == (one == other)


@given(INTENTS, st.sampled_from(sorted(Intent.__slots__)), INTENTS)
def test_the_hash_binds_every_field(one: Intent, name: str, other: Intent) -> None:
    value = getattr(other, name)
    moved = replace(one, **{name: value})
    assert (moved.hash == one.hash) == (value == getattr(one, name))
    turned = dict(reversed(list(one.arguments.items())))
    assert replace(one, arguments=turned).hash == one.hash, "and not the order of arguments"


@given(CIRCUMSTANCES)
def test_what_is_allowed_is_unhalted_private_and_known_or_approved(facts: Circumstances) -> None:
    if judge(wish(), send_email, facts).decision != "allow":
        return
    assert not facts.halted
    assert facts.audience == "private"
    assert not facts.off
    assert not facts.used
    assert facts.approved == wish().hash or (not facts.tainted and (facts.own or facts.grants))


@given(CIRCUMSTANCES, st.sampled_from(["halted", "tainted", "sensitivity", "off", "used"]))
def test_nothing_bad_ever_opens_a_door(facts: Circumstances, name: str) -> None:
    """Whatever is denied or asked stays so when one thing more speaks against it."""
    worse: dict[str, Any] = {
        "halted": "x",
        "tainted": "x",
        "sensitivity": 3,
        "off": frozenset(["send_email"]),
        "used": {"send_email": 20},
    }
    before = judge(wish(), send_email, facts).decision
    after = judge(wish(), send_email, replace(facts, **{name: worse[name]})).decision
    assert ORDER.index(after) >= ORDER.index(before)


def test_arguments_fit_in_one_spelling_or_not_at_all() -> None:
    assert send_email.fit({"to": " Bob@EXAMPLE.net ", "text": "x"})["to"] == BOB
    assert send_sms.fit({"to": "+1 (415) 555-0100", "text": "x"})["to"] == "+14155550100"
    for to in ("bob", "b\u043eb@example.net", "bob@example.net, eve@example.net", "bob@"):
        with pytest.raises(Refused):
            send_email.fit({"to": to, "text": "x"})


def test_a_subject_is_one_line_whatever_is_put_into_it() -> None:
    forged = send_email.fit({"to": BOB, "text": "x", "subject": "hi\r\nBcc: eve@example.net"})
    assert forged["subject"] == "hi Bcc: eve@example.net"
    assert send_email.fit({"to": BOB, "text": "x", "subject": "\n"})["subject"] == "A message"


def test_a_verdict_takes_less_than_a_tenth_of_a_millisecond() -> None:
    """With room for a busy machine; the benchmark publishes the figure."""
    intent = wish()
    taken = min(timeit.repeat(lambda: judge(intent, send_email, FINE), number=200, repeat=5)) / 200
    assert taken < 0.0003
    assert len(RULES) == 7
