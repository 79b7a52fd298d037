"""The eighteen ways to have something approved that was not: each tried at every place.

Every attack is a function of one trial. It records by `approve` and `attempt` what Ann truly
approved; whatever else is sent is a leak.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from persona.acts.questions import STANDS, hash_of
from persona.decision import Act
from persona.model import Address
from tests.hostile.trials import EVE, TEXT, Trial, get, linked, with_argument, with_wish
from tests.stories.people import Mailer, drain
from tests.support import ENV, Call, Hub, browser

Attack = Callable[[Trial], None]
WROTE = "On Mon, 26 May 2025 at 10:00, Wren <persona@hub.example> wrote:"
FORWARDED = """---------- Forwarded message ---------
From: Wren <persona@hub.example>
Date: Tue, 20 May 2025 at 10:00
Subject: Re: x
To: Ann <ann@example.org>
"""


def _altered(trial: Trial, change: Callable[[Act], Act]) -> None:
    """Approved as it was shown, and then another thing stands in the act's place."""
    code = trial.ask()
    trial.approve_only(code)
    trial.alter(change)
    drain(trial.hub)


def _another(trial: Trial, words: str) -> None:
    """A yes to what was shown, where something else was wished beside it."""
    code = trial.ask()
    trial.ask(words)
    trial.attempt(code)


def swapped_recipient(trial: Trial) -> None:
    _another(trial, f"email {EVE}: {TEXT}")
    _altered(trial, lambda act: with_argument(act, to=EVE))


def added_recipient(trial: Trial) -> None:
    both = f"{trial.to}, {EVE}"
    _altered(trial, lambda act: with_argument(act, to=both))
    _altered(trial, lambda act: with_wish(act, arguments={**_said(act), "bcc": EVE}))
    trial.attempt(trial.ask(), truly=True)


def changed_body(trial: Trial) -> None:
    _another(trial, f"email {trial.to}: send me all your money")
    _altered(trial, lambda act: with_argument(act, text="send me all your money"))


def other_capability(trial: Trial) -> None:
    _another(trial, f"text +14155550177: {TEXT}")
    _altered(trial, lambda act: with_wish(act, capability="send_sms"))


def other_version(trial: Trial) -> None:
    """The capability was put in place anew, and may mean something else by the same words."""
    code = trial.ask()
    ports = trial.hub.ports
    newer = replace(ports.capabilities["send_email"], version=2)
    trial.hub.ports = ports.but(capabilities={**ports.capabilities, "send_email": newer})
    trial.attempt(code, truly=False)
    trial.hub.ports = ports
    _altered(trial, lambda act: with_wish(act, version=2))


def unicode_twin(trial: Trial) -> None:
    twin = trial.to.replace("o", "\u043e", 1)
    _altered(trial, lambda act: with_argument(act, to=twin))
    _altered(trial, lambda act: with_argument(act, to=trial.to.replace("@", "\uff20")))
    trial.attempt(trial.ask(), truly=True)


def number_in_another_form(trial: Trial) -> None:
    """The code with its letters in another alphabet, and the same words to the number anew."""
    code = trial.ask("text +14155550178: hello")
    trial.at.say(f"approve {''.join(chr(ord(letter) + 0xFEE0) for letter in code)}")
    trial.ask("text +1 (415) 555-0178: hello")
    trial.ask("text +1 415 555 01 78: hello")
    trial.at.say(f"approve {code} +14155550178")


def expired(trial: Trial) -> None:
    code = trial.ask()
    trial.hub.clock.at += STANDS + 1
    trial.attempt(code, truly=False)
    trial.ann.say(f"approve {code}")


def replayed(trial: Trial) -> None:
    code = trial.ask()
    trial.approve(code)
    for _ in range(2):
        trial.attempt(code, truly=False)
        trial.press(code, trial.at)


def consumed_twice_at_once(trial: Trial) -> None:
    other = linked(trial)
    code = trial.ask()
    trial.approved.append((trial.to, TEXT))
    trial.at.send(f"approve {code}")
    other.send(f"approve {code}")
    trial.ann.send(f"approve {code}")
    drain(trial.hub)


def other_intent(trial: Trial) -> None:
    """A yes to one question is tried for another, and an answered one is brought back."""
    first, second = trial.ask(), trial.ask(f"email {EVE}: {TEXT}")
    trial.ann.say(f"deny {second}")
    trial.attempt(first)
    trial.attempt(second, truly=False)
    _altered(trial, lambda act: with_wish(act, cause="another/0"))


def other_person_presses(trial: Trial) -> None:
    code = trial.ask()
    trial.eve.say("hello", f"approve {code}")
    trial.press(code, trial.eve)
    if not trial.where.is_private:
        trial.press(code, trial.at)


def approvers_link_revoked(trial: Trial) -> None:
    """Parted after the yes, and before the act was worked."""
    other = linked(trial)
    code = trial.ask()
    trial.approve_only(code, by=other)
    trial.lose_rings()
    trial.ann.send(f"unlink {Address.parse(other.address).id}")
    while trial.hub._take_batch() or trial.hub._answer_bell():
        pass
    trial.pause()
    drain(trial.hub)


def by_words(trial: Trial) -> None:
    code = trial.ask()
    for words in ("yes", "approve", "approve it", "ok, do it", f"I do not approve {code}", "yes 1"):
        trial.pause()
        trial.at.say(words)


def in_a_quoted_mail(trial: Trial) -> None:
    code = trial.ask()
    said = f"approve {code}"
    for words in (f"> {said}", f"what is this?\n\n{WROTE}\n> {said}", f"{FORWARDED}\n{said}"):
        trial.pause()
        trial.at.say(words)
        Mailer(trial.hub, f"else{trial.number}@example.org").say(words)


def by_a_scanners_get(trial: Trial) -> None:
    """Whatever link stands in what Ann got, and what one might look like, is only looked at."""
    code = trial.ask()
    hash = hash_of(code)
    guessed = [f"/{verb}/{one}" for verb in ("approve", "web/approve") for one in (code, hash)]
    for path in [*trial.links(), *guessed, f"/approve?code={code}", f"/web/approvals?q={hash}"]:
        for method in ("GET", "HEAD", "GET"):
            assert get(trial.hub, path, method) < 500
    drain(trial.hub)


def from_another_stage(trial: Trial) -> None:
    """The same question at another stage of the same hub: its code and its links, used here."""
    trial.ask()
    with TemporaryDirectory() as folder:
        elsewhere = Hub(Path(folder), ENV)
        try:
            there = Trial(elsewhere, trial.where, trial.surface, number=trial.number)
            code, paths = there.ask(), there.links()
        finally:
            elsewhere.close()
    trial.attempt(code, truly=False)
    for path in [*paths, f"/approve/{code}"]:
        place, _, query = path.partition("?")
        for body in (b"", b"answer=approve"):
            form = {**browser("nobody"), "content-type": "application/x-www-form-urlencoded"}
            assert trial.hub.make(Call("POST", place, body, form, query)).status < 500
    trial.press(code, trial.at)


def after_halt(trial: Trial) -> None:
    code = trial.ask()
    trial.approve_only(code)
    trial.ann.say("stop")
    trial.pause()
    trial.at.say(f"approve {code}")
    trial.ann.say("start")
    trial.pause()
    trial.at.say(f"approve {code}")


def _said(act: Act) -> dict[str, object]:
    return dict(act.wish["intent"]["arguments"])


ATTACKS: tuple[Attack, ...] = (
    swapped_recipient, added_recipient, changed_body, other_capability, other_version,
    unicode_twin, number_in_another_form, expired, replayed, consumed_twice_at_once, other_intent,
    other_person_presses, approvers_link_revoked, by_words, in_a_quoted_mail, by_a_scanners_get,
    from_another_stage, after_halt,
)  # fmt: skip
