"""Any server that speaks OpenAI's chat completions: OpenAI, Ollama, llama.cpp, vLLM."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import urllib3

from persona.errors import Refused, Transient
from persona.ports import Call, Completion, Prompt

MOST_BYTES = 4 * 1024 * 1024


class OpenAIModel:
    """Implements `persona.ports.Model`. A completion changes nothing, so a lost answer is Transient."""

    def __init__(self, model: str, base_url: str, key: str) -> None:
        self.name = f"openai:{model}"
        self._model = model
        self._url = base_url.rstrip("/") + "/chat/completions"
        self._key = key
        self._http = urllib3.PoolManager(retries=False)

    def complete(
        self, prompts: Sequence[Prompt], offers: Sequence[Mapping[str, Any]], seconds: float
    ) -> Completion:
        """Raises Transient when the server fails or stalls, Refused when it answers garbage."""
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [_message(prompt) for prompt in prompts],
        }
        if offers:
            body["tools"] = [{"type": "function", "function": dict(offer)} for offer in offers]
        headers = {"content-type": "application/json"}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        until = time.monotonic() + seconds
        try:
            answer = self._http.request(
                "POST",
                self._url,
                body=json.dumps(body),
                headers=headers,
                timeout=urllib3.Timeout(total=seconds, connect=min(5.0, seconds)),
                preload_content=False,
            )
            data = _read(answer, until)
        except urllib3.exceptions.HTTPError as error:
            raise Transient(f"the model cannot be reached: {type(error).__name__}") from error
        if answer.status in (408, 409, 429) or answer.status >= 500:
            raise Transient(f"the model's server answered {answer.status}")
        if answer.status >= 400:
            raise Refused(f"the model's server answered {answer.status}")
        return _completion(data)


def _read(answer: urllib3.BaseHTTPResponse, until: float) -> bytes:
    """The whole body, however slowly it drips, within the deadline and within reason."""
    data = b""
    try:
        while chunk := answer.read1(64 * 1024):  # what is there, without waiting for more
            data += chunk
            if time.monotonic() > until:
                raise Transient("the model's server answers too slowly")
            if len(data) > MOST_BYTES:
                raise Refused("the model's server answered without end")
    finally:
        answer.release_conn()
    return data


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


def _completion(data: bytes) -> Completion:
    """Reads the first choice; arguments that are no JSON object make the whole answer garbage."""
    try:
        body = json.loads(data)
        message = body["choices"][0]["message"]
        calls = tuple(
            Call(
                id=str(call["id"]),
                name=str(call["function"]["name"]),
                arguments=dict(json.loads(call["function"]["arguments"] or "{}")),
            )
            for call in message.get("tool_calls") or ()
        )
        usage = body.get("usage") or {}
        text = message.get("content") or ""
        if not isinstance(text, str):
            raise Refused("the model answered something other than words")
        return Completion(
            text=text,
            calls=calls,
            tokens_in=int(usage.get("prompt_tokens") or 0),
            tokens_out=int(usage.get("completion_tokens") or 0),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Refused("the model answered garbage") from error
