"""Two language model servers on loopback that know their protocols.

What they are asked is checked against the vendor's own types, and what they answer is built from
them; a request that the vendor would refuse is refused, and remembered in `complaints`.
"""

import json
import math
import re
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote
from zlib import crc32

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.validate import ParamValidator
from openai.types import CompletionUsage
from openai.types.chat import (
    ChatCompletion,
    ChatCompletionAssistantMessageParam,
    ChatCompletionFunctionToolParam,
    ChatCompletionMessageFunctionToolCallParam,
    ChatCompletionSystemMessageParam,
    ChatCompletionToolMessageParam,
    ChatCompletionUserMessageParam,
)
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from openai.types.completion_usage import PromptTokensDetails
from pydantic import TypeAdapter, ValidationError

KEY = "sk-house"
AWS = {
    "AWS_ACCESS_KEY_ID": "AKIDHOUSE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_REGION": "eu-central-1",
}


@dataclass(frozen=True)
class Wish:
    """One use of a capability; `arguments` may be text that is no JSON."""

    name: str
    arguments: Any = field(default_factory=dict[str, Any])
    id: str = ""


@dataclass(frozen=True)
class Answer:
    """What a server says next; `raw` stands for the whole body, `drip` are seconds a byte."""

    text: str = ""
    wishes: tuple[Wish, ...] = ()
    stop: str = ""
    status: int = 200
    raw: bytes | None = None
    wait: float = 0.0
    drip: float = 0.0
    tokens_in: int = 100
    tokens_out: int = 10
    cached: int = 0
    stored: int = 0


@dataclass(frozen=True)
class Asked:
    """One request that passed the protocol's checks."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


class ModelServer:
    """Answers from `answers`, in order, and then by `script`."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.complaints: list[str] = []
        self.answers: list[Answer] = []
        self.script: Callable[[Asked], Answer] = lambda asked: Answer("Good.")
        self._closing = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_POST(self) -> None:
                server._serve(self)

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a client that hung up at its deadline

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        data = request.rfile.read(int(request.headers["content-length"]))
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.path, headers, json.loads(data))
        complaints = self.check(asked, data)
        if complaints:
            self.complaints += complaints
            self._write(request, Answer(status=400), *self.refusal(400))
            return
        self.asked.append(asked)
        answer = self.answers.pop(0) if self.answers else self.script(asked)
        self._closing.wait(answer.wait)
        if answer.status != 200:
            self._write(request, answer, *self.refusal(answer.status))
        else:
            body = self.render(answer) if answer.raw is None else answer.raw
            self._write(request, answer, body, {})

    def _write(
        self,
        request: BaseHTTPRequestHandler,
        answer: Answer,
        body: bytes,
        headers: Mapping[str, str],
    ) -> None:
        request.send_response(answer.status)
        for name, value in {"content-type": "application/json", **headers}.items():
            request.send_header(name, value)
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        for byte in body if answer.drip else ():
            request.wfile.write(bytes([byte]))
            if self._closing.wait(answer.drip):
                return
        if not answer.drip:
            request.wfile.write(body)

    @abstractmethod
    def check(self, asked: Asked, data: bytes) -> list[str]:
        """What the vendor would refuse about this request, in words."""
        ...

    @abstractmethod
    def render(self, answer: Answer) -> bytes: ...

    @abstractmethod
    def refusal(self, status: int) -> tuple[bytes, dict[str, str]]: ...

    @abstractmethod
    def said(self, asked: Asked) -> list[tuple[str, list[str]]]:
        """The conversation as role and texts, without the system's part."""
        ...


# OpenAI


SIDES: dict[str, Any] = {
    "system": ChatCompletionSystemMessageParam,
    "user": ChatCompletionUserMessageParam,
    "assistant": ChatCompletionAssistantMessageParam,
    "tool": ChatCompletionToolMessageParam,
}


class OpenAIServer(ModelServer):
    """Chat completions, strict as the strictest: one system message, then sides that take turns."""

    def check(self, asked: Asked, data: bytes) -> list[str]:
        if asked.path != "/v1/chat/completions":
            return [f"no such path: {asked.path}"]
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return ["the key is wrong"]
        body = asked.body
        wrong = unfit(body, CompletionCreateParamsNonStreaming)
        for offer in body.get("tools", []):
            wrong += unfit(offer, ChatCompletionFunctionToolParam)
        for message in body["messages"]:
            wrong += unfit(message, SIDES[message["role"]])
            for call in message.get("tool_calls", []):
                wrong += unfit(call, ChatCompletionMessageFunctionToolCallParam)
                wrong += [] if is_object(call["function"]["arguments"]) else ["arguments"]
        return wrong + self._out_of_turn(body["messages"])

    def _out_of_turn(self, messages: Sequence[Mapping[str, Any]]) -> list[str]:
        """Templates of models (Mistral's, Gemma's) refuse what is not in turn; OpenAI wants each call answered."""
        open_calls: list[str] = []
        wrong: list[str] = []
        for before, message in zip([{"role": ""}, *messages], messages, strict=False):
            role = message["role"]
            if role == "system" and before["role"]:
                wrong.append("a second system message")
            if role == "user" and before["role"] not in ("", "system", "assistant"):
                wrong.append(f"user after {before['role']}")
            if role == "assistant" and before["role"] not in ("user", "tool"):
                wrong.append(f"assistant after {before['role']}")
            if role == "tool":
                wrong += [] if message["tool_call_id"] in open_calls else ["an answer to nothing"]
                open_calls = [id for id in open_calls if id != message["tool_call_id"]]
            elif open_calls:
                wrong.append("a call without an answer")
            if message.get("tool_calls"):
                open_calls = [call["id"] for call in message["tool_calls"]]
        return wrong + (["a call without an answer"] if open_calls else [])

    def render(self, answer: Answer) -> bytes:
        message: dict[str, Any] = {"role": "assistant", "content": answer.text or None}
        if answer.wishes:
            message["tool_calls"] = [
                {
                    "id": wish.id or f"call_{n}",
                    "type": "function",
                    "function": {"name": wish.name, "arguments": as_text(wish.arguments)},
                }
                for n, wish in enumerate(answer.wishes)
            ]
        stop = answer.stop or ("tool_calls" if answer.wishes else "stop")
        choice = {"index": 0, "finish_reason": stop, "message": message}
        total = answer.tokens_in + answer.tokens_out
        usage = CompletionUsage(
            prompt_tokens=answer.tokens_in,
            completion_tokens=answer.tokens_out,
            total_tokens=total,
            prompt_tokens_details=PromptTokensDetails(cached_tokens=answer.cached),
        )
        made = ChatCompletion.model_validate(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": "house",
                "choices": [choice],
                "usage": usage,
            }
        )
        return made.model_dump_json().encode()

    def refusal(self, status: int) -> tuple[bytes, dict[str, str]]:
        error = {"message": "no", "type": "house", "param": None, "code": None}
        return json.dumps({"error": error}).encode(), {}

    def said(self, asked: Asked) -> list[tuple[str, list[str]]]:
        messages = [m for m in asked.body["messages"] if m["role"] != "system"]
        return [(m["role"], [m["content"]]) for m in messages]


def unfit(value: Mapping[str, Any], kind: Any) -> list[str]:
    """What does not fit the package's type, fields that it does not know included."""
    unknown = [f"{kind.__name__}: unknown {name}" for name in value.keys() - kind.__annotations__]
    try:
        adapter(kind).validate_python(value)
    except ValidationError as error:
        return [*unknown, f"{kind.__name__}: {error}"]
    return unknown


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def is_object(text: str) -> bool:
    return isinstance(json.loads(text), dict)


def as_text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


# Bedrock

PATH = re.compile(r"/model/([^/]+)/converse")
SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/bedrock/aws4_request, "
    r"SignedHeaders=(?P<names>[^,]+), Signature=(?P<signature>[0-9a-f]{64})"
)
CACHES = ("claude-3-7-sonnet", "amazon.nova-lite")
ERRORS = {
    400: "ValidationException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    408: "ModelTimeoutException",
    424: "ModelErrorException",
    429: "ThrottlingException",
    500: "InternalServerException",
    503: "ServiceUnavailableException",
}


@cache
def converse() -> Any:
    service = botocore.session.Session().get_service_model("bedrock-runtime")
    return service.operation_model("Converse")


class BedrockServer(ModelServer):
    """Converse: the shapes and their limits from botocore's own model of the API, and its rules."""

    def check(self, asked: Asked, data: bytes) -> list[str]:
        path = PATH.fullmatch(asked.path)
        if path is None:
            return [f"no such path: {asked.path}"]
        request = {"modelId": unquote(path[1]), **asked.body}
        wrong = self._unsigned(asked, data) + misshapen(request, converse().input_shape)
        return wrong or self._out_of_rule(request)

    def _unsigned(self, asked: Asked, data: bytes) -> list[str]:
        """Signs the request anew, as the service does, and compares."""
        found = SIGNED.fullmatch(asked.headers.get("authorization", ""))
        if found is None or found["key"] != AWS["AWS_ACCESS_KEY_ID"]:
            return ["not signed for bedrock with this key"]
        names = found["names"].split(";")
        if missing := {"host", "x-amz-date"} - set(names):
            return [f"not signed: {missing}"]
        headers = {name: asked.headers[name] for name in names}
        request = AWSRequest("POST", self.url + asked.path, headers, data)
        request.context["timestamp"] = asked.headers["x-amz-date"]
        credentials = Credentials(AWS["AWS_ACCESS_KEY_ID"], AWS["AWS_SECRET_ACCESS_KEY"])
        signer = SigV4Auth(credentials, "bedrock", found["region"])
        to_sign = signer.string_to_sign(request, signer.canonical_request(request))
        is_right = signer.signature(to_sign, request) == found["signature"]
        return [] if is_right else ["the signature is wrong"]

    def _out_of_rule(self, request: Mapping[str, Any]) -> list[str]:
        messages, wrong = request["messages"], list[str]()
        roles = [message["role"] for message in messages]
        if roles != (["user", "assistant"] * len(roles))[: len(roles)] or roles[-1] != "user":
            wrong.append(f"the sides do not take turns: {roles}")
        texts = [b["text"] for m in messages for b in m["content"] if "text" in b]
        texts += [block["text"] for block in request.get("system", []) if "text" in block]
        wrong += ["a text is blank"] if not all(text.strip() for text in texts) else []
        wished: set[str] = set()
        for message in messages:
            blocks = message["content"]
            answered = [b["toolResult"]["toolUseId"] for b in blocks if "toolResult" in b]
            if sorted(answered) != sorted(wished):
                wrong.append(f"answers {answered} to the wishes {wished}")
            wished = {b["toolUse"]["toolUseId"] for b in blocks if "toolUse" in b}
        if any("toolUse" in b for m in messages for b in m["content"]):
            wrong += [] if "toolConfig" in request else ["wishes without offers"]
        is_cached = "cachePoint" in json.dumps(request)
        if is_cached and not any(family in request["modelId"] for family in CACHES):
            wrong.append("this model has no cache")
        return wrong

    def render(self, answer: Answer) -> bytes:
        blocks: list[dict[str, Any]] = [{"text": answer.text}] if answer.text else []
        blocks += [
            {"toolUse": {"toolUseId": w.id or f"t-{n}", "name": w.name, "input": w.arguments}}
            for n, w in enumerate(answer.wishes)
        ]
        total = answer.tokens_in + answer.tokens_out + answer.cached + answer.stored
        usage = {
            "inputTokens": answer.tokens_in,
            "outputTokens": answer.tokens_out,
            "totalTokens": total,
            "cacheReadInputTokens": answer.cached,
            "cacheWriteInputTokens": answer.stored,
        }
        made = {
            "output": {"message": {"role": "assistant", "content": blocks}},
            "stopReason": answer.stop or ("tool_use" if answer.wishes else "end_turn"),
            "usage": usage,
            "metrics": {"latencyMs": 1},
        }
        wrong = misshapen(made, converse().output_shape)
        assert not wrong, wrong
        return json.dumps(made).encode()

    def refusal(self, status: int) -> tuple[bytes, dict[str, str]]:
        return b'{"message": "no"}', {"x-amzn-errortype": ERRORS[status]}

    def said(self, asked: Asked) -> list[tuple[str, list[str]]]:
        return [
            (message["role"], [block["text"] for block in message["content"] if "text" in block])
            for message in asked.body["messages"]
        ]


INVOKE = re.compile(r"/model/([^/]+)/invoke")
TITAN = "amazon.titan-embed-text-v2:0"
SIZES = (256, 512, 1024)
MOST_SHOWN = 50_000


class TitanServer(BedrockServer):
    """InvokeModel with Titan Text Embeddings V2: words are near that `concepts` calls the same."""

    def __init__(self, **concepts: str) -> None:
        super().__init__()
        self.concepts = concepts
        self.script = self.embed

    def check(self, asked: Asked, data: bytes) -> list[str]:
        path, body = INVOKE.fullmatch(asked.path), asked.body
        if path is None or unquote(path[1]) != TITAN:
            return [f"no such path: {asked.path}"]
        text, known = body.get("inputText"), {"inputText", "dimensions", "normalize"}
        wrong = self._unsigned(asked, data) + [f"unknown {name}" for name in body.keys() - known]
        if not isinstance(text, str) or not 0 < len(text) <= MOST_SHOWN:
            wrong.append("inputText")
        if body.get("dimensions", 1024) not in SIZES:
            wrong.append("dimensions")
        return wrong if isinstance(body.get("normalize", True), bool) else [*wrong, "normalize"]

    def embed(self, asked: Asked) -> Answer:
        said: list[str] = re.findall(r"\w+", asked.body["inputText"].casefold())
        numbers = [0.0] * asked.body["dimensions"]
        for word in said:
            place = crc32(self.concepts.get(word, word).encode()) % len(numbers)
            numbers[place] += 1.0 if word in self.concepts else 0.1
        length = math.hypot(*numbers) or 1.0
        made = {"embedding": [one / length for one in numbers], "inputTextTokenCount": len(said)}
        return Answer(raw=json.dumps(made).encode())


def misshapen(value: Mapping[str, Any], shape: Any) -> list[str]:
    """What does not fit the service's shape: fields, types, and the limits that botocore leaves out."""
    report = ParamValidator().validate(value, shape)
    return [report.generate_report()] if report.has_errors() else list(beyond(value, shape))


def beyond(value: Any, shape: Any, name: str = "") -> list[str]:
    if shape.type_name == "structure" and not shape.is_document_type:
        parts = [(value[part], shape.members[part], part) for part in value]
        return [one for part in parts for one in beyond(*part)]
    if shape.type_name == "list":
        return [one for part in value for one in beyond(part, shape.member, name)]
    if shape.type_name != "string":
        return []
    limits = shape.metadata
    if limits.get("enum") and value not in limits["enum"]:
        return [f"{name}: {value!r} is none of {limits['enum']}"]
    if limits.get("pattern") and not re.fullmatch(limits["pattern"], value, re.DOTALL):
        return [f"{name}: {value!r} is not like {limits['pattern']}"]
    if not limits.get("min", 0) <= len(value) <= limits.get("max", len(value)):
        return [f"{name}: {len(value)} characters"]
    return []
