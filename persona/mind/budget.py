"""What thinking may cost a lane in a day (UTC), checked before each call so that the limit holds.

A call is made only where the most that it can cost still fits: one token for each byte shown (no
tokenizer in use makes more), what a server's own template adds, and all that is asked for out.
Afterwards counts what the server counted; where it counted nothing, or the call was lost on a
server that may bill for it, our bound for what it was shown.

What was spent goes into the lane's head in the turn's own commit, so two workers cannot spend the
same money. A thinking that lost the race for the head is paid for by the turn that thinks again.
What a process spent that died before its commit is not in the count: at most two thinkings an
event, since the third receive asks no model.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from persona.decision import Spent
from persona.errors import Refused, Transient, Unknown
from persona.language import MOST_TOKENS_OUT, Completion, Prompt
from persona.memory import meaning
from persona.memory.meaning import Meaning
from persona.mind.wording import wording
from persona.ports import Ports
from persona.settings import Price, Settings

A_MESSAGE, AN_OFFER, A_CALL = 16, 64, 600
"""Tokens that servers' templates put around a message, around an offer, and around all offers."""
STORING = 1.25
"""A token put into a cache costs at most so many times one that is read (Bedrock's Claude)."""
MEANING_SECONDS = 1.0
"""For how long a question waits for its vector; then recall goes by its words alone."""
USED_UP = "budget"
"""The code of the refusal that no model was asked at all."""

Offers = Sequence[Mapping[str, Any]]


class Budget:
    """One turn's thinking: what it has cost so far, and whether the next call still fits the day."""

    def __init__(self, settings: Settings, spent: Spent) -> None:
        self._settings = settings
        self._before = spent
        self._cost: dict[str, Any] = {}
        self.is_used_up = False

    @property
    def cost(self) -> dict[str, Any]:
        """Of the models asked: calls, tokens, seconds, USD where known, and which failed and why.

        `tokens_in` holds `tokens_cached`. Empty where no model was asked or failed.
        """
        return {**self._cost, "prompts": wording().stamp} if self._cost else {}

    def check(self, model: str, prompts: Sequence[Prompt], offers: Offers) -> None:
        """Raises Refused where this call could go beyond what a day may cost."""
        shown, most, spent = bound(prompts, offers), self._settings, self._before.plus(self._cost)
        if spent.tokens + shown + MOST_TOKENS_OUT > most.budget_tokens:
            raise Refused("the day's tokens are used up", USED_UP)
        price = most.prices.get(model)
        dollars = _usd(price, Completion("", (), shown, MOST_TOKENS_OUT, 0, shown))
        if most.budget_usd and spent.usd + dollars > most.budget_usd:
            raise Refused("the day's money is used up", USED_UP)

    def count(
        self,
        model: str,
        answer: Completion | None,
        prompts: Sequence[Prompt],
        offers: Offers,
        seconds: float,
    ) -> None:
        """Adds one call; `answer` is None where it was lost on a server that may bill for it."""
        if answer is None:
            answer = Completion("", (), bound(prompts, offers))
        elif not answer.tokens_in and not answer.tokens_out:
            wishes = sum(len(json.dumps(dict(call.arguments))) for call in answer.calls)
            said = min(MOST_TOKENS_OUT, len(answer.text.encode()) + wishes)
            answer = Completion("", (), bound(prompts, offers), said)
        self._add("calls", 1)
        self._add("tokens_in", answer.tokens_in)
        self._add("tokens_out", answer.tokens_out)
        if answer.tokens_cached:
            self._add("tokens_cached", answer.tokens_cached)
        self._add("seconds", round(seconds, 3))
        price = self._settings.prices.get(model)
        if price:
            self._add("usd", _usd(price, answer))

    def meaning(self, ports: Ports, words: str) -> Meaning | None:
        """The vector of a question; None where none is set, or it is refused, late or too dear."""
        embedder, most = ports.embedder, meaning.bound([words])
        spent = self._before.plus(self._cost)
        if embedder is None or not words.strip():
            return None
        if not meaning.fits(self._settings, spent.plus(self._paid(embedder.name, most))):
            return None
        try:
            (vector,), tokens = embedder.embed([words], MEANING_SECONDS)
        except (Transient, Refused, Unknown) as failure:
            self.note(embedder.name, failure)
            vector, tokens = b"", most if isinstance(failure, Unknown) else 0
        for name, amount in self._paid(embedder.name, tokens).items():
            self._add(name, amount)
        return Meaning(embedder.name, vector) if vector else None

    def _paid(self, model: str, tokens: int) -> dict[str, float]:
        paid = meaning.cost(self._settings, model, tokens)
        return paid if paid["usd"] else {"tokens_in": tokens}

    def note(self, model: str, failure: Transient | Refused | Unknown) -> None:
        """Keeps why a model was left for the next mind; the reasons are ours, never a server's words."""
        self.is_used_up = isinstance(failure, Refused) and failure.code == USED_UP
        self._cost.setdefault("failed", []).append(f"{model}: {failure}")

    def _add(self, name: str, amount: float) -> None:
        self._cost[name] = self._cost.get(name, 0) + amount


def bound(prompts: Sequence[Prompt], offers: Offers) -> int:
    """The most tokens that a model can be billed for being shown this."""
    asked = [json.dumps(dict(c.arguments)) + c.name for prompt in prompts for c in prompt.calls]
    texts = [*(prompt.text for prompt in prompts), *asked, *(json.dumps(dict(o)) for o in offers)]
    around = A_MESSAGE * (len(prompts) + len(asked)) + AN_OFFER * len(offers)
    return sum(len(text.encode()) for text in texts) + around + (A_CALL if offers else 0)


def _usd(price: Price | None, answer: Completion) -> float:
    """What an answer costs; 0 where no price is known, which a money budget does not allow."""
    if price is None:
        return 0.0
    plain = answer.tokens_in - answer.tokens_cached - answer.tokens_stored
    dear = answer.tokens_stored * price.into * STORING
    return (
        plain * price.into
        + answer.tokens_cached * price.cached
        + dear
        + answer.tokens_out * price.out
    ) / 1_000_000
