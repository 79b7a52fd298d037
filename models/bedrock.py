"""Models on Amazon Bedrock, by its Converse API."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from models._post import Post
from models._runtime import Runtime
from persona.language import MOST_TOKENS_OUT, Call, Completion, Prompt

CACHING = (
    "anthropic.claude-3-5-haiku",
    "anthropic.claude-3-7-sonnet",
    "anthropic.claude-haiku-4",
    "anthropic.claude-opus-4",
    "anthropic.claude-sonnet-4",
    "amazon.nova-lite",
    "amazon.nova-micro",
    "amazon.nova-premier",
    "amazon.nova-pro",
)
"""Families that cache a system prompt (Bedrock's user guide, "Prompt caching"); others refuse it."""
UNUSABLE = {
    "guardrail_intervened": "the guardrail intervened",
    "content_filtered": "its own filter refused",
    "malformed_model_output": "it answered garbage",
    "malformed_tool_use": "its wish was garbled",
}
CUT_SHORT = ("max_tokens", "model_context_window_exceeded")
CUT = "\u2026"
BLANK = "(no words)"
"""Stands for words that are blank, which Converse refuses."""


class BedrockModel:
    """Implements `persona.ports.Model`; `model` is a model's id or an inference profile's id or ARN.

    `guardrail` is empty or `ID:VERSION`; `post` is what carries requests, its own where none is given.
    """

    def __init__(self, model: str, region: str, guardrail: str, post: Post | None = None) -> None:
        self.name = f"bedrock:{model}"
        self._model = model
        self._guardrail = guardrail
        self._runtime = Runtime(region, post)

    def complete(
        self, prompts: Sequence[Prompt], offers: Sequence[Mapping[str, Any]], seconds: float
    ) -> Completion:
        request = self._request(prompts, offers)
        return self._runtime.call("converse", request, seconds, _completion)

    def _request(
        self, prompts: Sequence[Prompt], offers: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        request: dict[str, Any] = {
            "modelId": self._model,
            "system": self._system([p for p in prompts if p.role == "system"]),
            "messages": _messages([p for p in prompts if p.role != "system"]),
            "inferenceConfig": {"maxTokens": MOST_TOKENS_OUT},
        }
        if offers:
            request["toolConfig"] = {"tools": [{"toolSpec": _offer(offer)} for offer in offers]}
        if self._guardrail:
            id, _, version = self._guardrail.rpartition(":")
            request["guardrailConfig"] = {"guardrailIdentifier": id, "guardrailVersion": version}
        return request

    def _system(self, prompts: Sequence[Prompt]) -> list[dict[str, Any]]:
        """The first system prompt is the same turn after turn; with the offers it may be cached."""
        blocks: list[dict[str, Any]] = [{"text": prompt.text} for prompt in prompts]
        if blocks and any(family in self._model for family in CACHING):
            blocks.insert(1, {"cachePoint": {"type": "default"}})
        return blocks


def _messages(prompts: Sequence[Prompt]) -> list[dict[str, Any]]:
    """Neighbours of one side as one message: Converse wants the sides to take turns."""
    sides = groupby(prompts, lambda p: "assistant" if p.role == "assistant" else "user")
    return [
        {"role": side, "content": [block for prompt in run for block in _blocks(prompt)]}
        for side, run in sides
    ]


def _blocks(prompt: Prompt) -> list[dict[str, Any]]:
    if prompt.call_id:
        content = [{"text": prompt.text if prompt.text.strip() else BLANK}]
        return [{"toolResult": {"toolUseId": prompt.call_id, "content": content}}]
    wishes = [
        {"toolUse": {"toolUseId": call.id, "name": call.name, "input": dict(call.arguments)}}
        for call in prompt.calls
    ]
    if prompt.text.strip():
        return [{"text": prompt.text}, *wishes]
    return wishes or [{"text": BLANK}]


def _offer(offer: Mapping[str, Any]) -> dict[str, Any]:
    schema = {"json": offer["parameters"]}
    return {"name": offer["name"], "description": offer["description"], "inputSchema": schema}


def _completion(answer: Mapping[str, Any]) -> Completion:
    """What was said and wished; what cannot be used of it is counted all the same."""
    counted, why = _counted(answer["usage"]), answer["stopReason"]
    if why in UNUSABLE:
        return replace(counted, unusable=UNUSABLE[why])
    blocks = answer["output"]["message"]["content"]
    text = "".join(block["text"] for block in blocks if "text" in block)
    wishes = [block["toolUse"] for block in blocks if "toolUse" in block]
    if wishes and why in CUT_SHORT:
        return replace(counted, unusable="its wish was cut off")
    if not all(isinstance(wish["input"], dict) for wish in wishes):
        return replace(counted, unusable="its wish had garbled arguments")
    calls = tuple(Call(wish["toolUseId"], wish["name"], wish["input"]) for wish in wishes)
    return replace(counted, text=text + CUT if text and why in CUT_SHORT else text, calls=calls)


def _counted(usage: Mapping[str, Any]) -> Completion:
    """Bedrock counts what its cache held or took apart from the other tokens in."""
    cached = usage.get("cacheReadInputTokens", 0)
    stored = usage.get("cacheWriteInputTokens", 0)
    return Completion(
        "",
        tokens_in=usage["inputTokens"] + cached + stored,
        tokens_out=usage["outputTokens"],
        tokens_cached=cached,
        tokens_stored=stored,
    )
