"""Any server that speaks OpenAI's chat completions: OpenAI, Ollama, llama.cpp, vLLM.

They agree on less than the name promises, so this asks for little: one system message (many chat
templates take no second), nothing but what every server knows, and no stream. It reads what they
really answer: arguments as text or as an object, calls without ids, thoughts among the words.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from models._post import Post, judge
from persona.errors import Unknown
from persona.language import MOST_TOKENS_OUT, Call, Completion, Prompt

URL = "https://api.openai.com/v1"
THOUGHT, THOUGHT_OUT = "<think>", "</think>"
CUT = "\u2026"


class OpenAIModel:
    """Implements `persona.ports.Model`."""

    def __init__(self, model: str, base_url: str, key: str) -> None:
        self.name = f"openai:{model}"
        self._model = model
        self._url = base_url.rstrip("/") + "/chat/completions"
        self._key = key
        # OpenAI's own newer models refuse the old name of the limit; Ollama ignores the new one.
        is_openai = urlsplit(base_url).hostname == urlsplit(URL).hostname
        self._limit = "max_completion_tokens" if is_openai else "max_tokens"
        self._post = Post()

    def complete(
        self, prompts: Sequence[Prompt], offers: Sequence[Mapping[str, Any]], seconds: float
    ) -> Completion:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": _messages(prompts),
            self._limit: MOST_TOKENS_OUT,
        }
        if offers:
            body["tools"] = [{"type": "function", "function": dict(offer)} for offer in offers]
        headers = {"content-type": "application/json"}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        status, _, data = self._post.send(self._url, json.dumps(body).encode(), headers, seconds)
        if not 200 <= status < 300:
            raise judge(status)
        try:
            return _completion(json.loads(data))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise Unknown("it answered garbage") from error


def _messages(prompts: Sequence[Prompt]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    for role, run in groupby(prompts, lambda prompt: prompt.role):
        if role == "system":
            text = "\n\n".join(prompt.text for prompt in run)
            messages.append({"role": "system", "content": text})
        else:
            messages += [_message(prompt) for prompt in run]
    return messages


def _message(prompt: Prompt) -> dict[str, Any]:
    message: dict[str, Any] = {"role": prompt.role, "content": prompt.text}
    if prompt.calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
            }
            for call in prompt.calls
        ]
    if prompt.call_id:
        message["tool_call_id"] = prompt.call_id
    return message


def _completion(body: Any) -> Completion:
    """Reads the first choice; what cannot be used of it is counted all the same."""
    counted, choice = _counted(body.get("usage") or {}), body["choices"][0]
    message, is_cut = choice["message"], choice.get("finish_reason") == "length"
    wishes, text = message.get("tool_calls") or (), message.get("content") or ""
    if choice.get("finish_reason") == "content_filter" or message.get("refusal"):
        return replace(counted, unusable="its own filter refused")
    if not isinstance(text, str):
        return replace(counted, unusable="it answered something other than words")
    if wishes and is_cut:
        return replace(counted, unusable="its wish was cut off")
    try:
        calls = tuple(_call(wish, number) for number, wish in enumerate(wishes, 1))
    except (ValueError, AttributeError, RecursionError):
        return replace(counted, unusable="its wish had garbled arguments")
    words = _spoken(text)
    return replace(counted, text=words + CUT if words and is_cut else words, calls=calls)


def _counted(usage: Mapping[str, Any]) -> Completion:
    details = usage.get("prompt_tokens_details") or {}
    return Completion(
        "",
        tokens_in=int(usage.get("prompt_tokens") or 0),
        tokens_out=int(usage.get("completion_tokens") or 0),
        tokens_cached=int(details.get("cached_tokens") or 0),
    )


def _call(wish: Any, number: int) -> Call:
    """Raises ValueError or AttributeError for arguments that are no JSON object."""
    arguments = wish["function"].get("arguments") or {}
    if isinstance(arguments, str):
        arguments = json.loads(arguments)
    id, name = wish.get("id") or f"call-{number}", wish["function"]["name"]
    return Call(str(id), str(name), dict(arguments.items()))


def _spoken(text: str) -> str:
    """The words without the thoughts before them; some templates leave out where those begin."""
    opened, out, words = text.partition(THOUGHT_OUT)
    if out and (opened.lstrip().startswith(THOUGHT) or THOUGHT not in opened):
        return words.strip()
    return "" if text.lstrip().startswith(THOUGHT) else text
