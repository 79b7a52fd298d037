"""Asking an MCP server, through the official client: the one place here that is asynchronous.

The server is taken to be hostile. It may not ask back (sampling, elicitation and roots are
refused), it gets no credential but its own, and neither the size nor the pace of its answers is
its choice: over HTTP bytes and seconds are bounded, a process of this machine (the owner's own,
and in the local stage alone) by seconds.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio
import httpx2
import mcp_types as protocol
from mcp.client.session import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from capabilities._origin import check_server
from capabilities.mcp.offer import Offer, Server
from persona.declare import Means, Result
from persona.errors import Refused, Transient, Unknown
from persona.settings import VERSION

T = TypeVar("T")
US = protocol.Implementation(name="persona-hub", version=VERSION)
MOST_BYTES = 2_000_000
MOST_CHARACTERS = 20_000
MOST_PAGES, MOST_OFFERS = 10, 500
UNKNOWN_THERE = (-32601, -32602)
"""JSON-RPC's codes for a method that is not there, and for arguments that do not fit."""


def offers(server: Server, secret: str, stage: str) -> list[Offer]:
    """Everything that the server offers now. Raises Refused, or Transient where it is not there."""
    conversation = _Conversation(server, secret, stage, server.seconds)
    return conversation.hold(lambda client: _list(server, client))


def call(
    server: Server, offer: Offer, arguments: Mapping[str, Any], means: Means, *, is_safe: bool
) -> Result:
    """What the server answers, if it still offers what was pinned.

    Raises Transient where nothing was done or asking is safe, Refused where the server changed or
    says no, and Unknown where it may have acted and did not say so.
    """
    secret = means.secret(server.secret) if server.secret else ""
    seconds = min(means.seconds, server.seconds)
    conversation = _Conversation(server, secret, means.settings.stage, seconds)

    async def ask(client: ClientSession) -> protocol.CallToolResult:
        found = [one for one in await _list(server, client) if one.name == offer.name]
        if [one.pin for one in found] != [offer.pin]:
            raise Refused(
                f"the server {server.name} changed what it offers as {offer.name}; "
                "whoever runs this hub must look at it and pin it anew",
                "changed",
            )
        conversation.has_acted = not is_safe
        return await client.call_tool(offer.name, dict(arguments))

    answer = conversation.hold(ask)
    said = _in_words(answer)
    if answer.is_error:
        raise Refused(f"{server.name} says: {' '.join(said.split())[:200]}", "failed there")
    return Result(said or "It is done, without a word.", untrusted=True)


async def _list(server: Server, client: ClientSession) -> list[Offer]:
    found: list[Offer] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = await client.list_tools(params=protocol.PaginatedRequestParams(cursor=cursor))
        found += [Offer(one.name, one.description or "", one.input_schema) for one in page.tools]
        cursor = page.next_cursor
        if len(found) > MOST_OFFERS:
            break
        if not cursor:
            return found
    raise Refused(f"the server {server.name} offers more than anyone can look at", "too much")


def _in_words(answer: protocol.CallToolResult) -> str:
    """Its texts; what is no text is named. Cut visibly."""
    parts = [_part(one) for one in answer.content]
    if not parts and answer.structured_content is not None:
        import json

        parts = [json.dumps(answer.structured_content, ensure_ascii=False)]
    text = "\n".join(parts)
    cut = f"\n… cut: {len(text) - MOST_CHARACTERS} more characters"
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + cut


def _part(one: protocol.ContentBlock) -> str:
    match one:
        case protocol.TextContent(text=text):
            return text
        case protocol.ImageContent() | protocol.AudioContent():
            return f"[{one.type}, {one.mime_type}, {len(one.data) * 3 // 4} bytes: not shown]"
        case protocol.EmbeddedResource(resource=protocol.TextResourceContents(text=text)):
            return text
        case protocol.EmbeddedResource(resource=resource):
            return f"[file {resource.uri}: not shown]"
        case protocol.ResourceLink():
            return f"[file {one.uri}: not fetched]"


class _Quiet(ClientSession):
    """A client that takes structured answers as text: it relies on no promise about them.

    To check them would run patterns that the server wrote, for as long as it likes.
    """

    async def validate_tool_result(self, name: str, result: protocol.CallToolResult) -> None:
        pass


@dataclass
class _Conversation:
    """One connection to one server; `has_acted` from when it may have done something."""

    server: Server
    secret: str
    stage: str
    seconds: float
    has_acted: bool = False
    fault: Exception | None = None

    def hold(self, ask: Callable[[ClientSession], Coroutine[Any, Any, T]]) -> T:
        """Connects, asks, and ends, all in time."""
        # The client writes what it cannot read to the log; others' words do not belong there.
        logging.getLogger("mcp").setLevel(logging.CRITICAL + 1)
        try:
            return asyncio.run(self._hold(ask))
        except Exception as error:
            raise self._told(error) from error

    async def _hold(self, ask: Callable[[ClientSession], Coroutine[Any, Any, T]]) -> T:
        with anyio.fail_after(self.seconds):
            async with AsyncExitStack() as stack:
                streams = await stack.enter_async_context(await self._transport(stack))
                client = await stack.enter_async_context(_Quiet(*streams, client_info=US))
                await client.initialize()
                return await ask(client)

    async def _transport(self, stack: AsyncExitStack) -> Any:
        if self.server.command:
            if self.stage == "aws":
                raise Refused(f"{self.server.name} is a program of one machine", "server")
            program, *rest = self.server.command
            env = {self.server.secret: self.secret} if self.server.secret else None
            nowhere = stack.enter_context(open("/dev/null", "w"))  # noqa: ASYNC230, SIM115 no disk
            return stdio_client(StdioServerParameters(command=program, args=rest, env=env), nowhere)
        url = check_server(self.server.url, self.stage)
        headers = {"Accept-Encoding": "identity"}
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        client = httpx2.AsyncClient(
            headers=headers,
            timeout=self.seconds,
            trust_env=False,
            transport=_Bounded(self),
        )
        return streamable_http_client(
            url, http_client=await stack.enter_async_context(client), terminate_on_close=False
        )

    def _told(self, error: Exception) -> Exception:
        """In our words what went wrong, by the first cause that is known."""
        name, causes = self.server.name, [*_leaves(error)]
        for cause in (self.fault, *causes):
            if isinstance(cause, Refused) or (isinstance(cause, Transient) and not self.has_acted):
                return cause
            if isinstance(cause, MCPError) and cause.error.code in UNKNOWN_THERE:
                return Refused(f"{name} does not take this", "server")
        if self.has_acted:
            return Unknown(f"{name} was asked, and its answer was lost")
        kinds = ", ".join(sorted({type(one).__name__ for one in causes}))
        return Transient(f"{name} cannot be asked now ({kinds})")


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    else:
        yield error


class _Bounded(httpx2.AsyncBaseTransport):
    """HTTP of which all answers together may have so many bytes."""

    def __init__(self, conversation: _Conversation) -> None:
        self._inner = httpx2.AsyncHTTPTransport()
        self._conversation = conversation
        self._left = MOST_BYTES

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        name, status = self._conversation.server.name, response.status_code
        packing = response.headers.get("content-encoding", "identity")
        if status in (401, 403):
            self._fail(Refused(f"{name} does not take this hub's credential ({status})", "server"))
        elif status in (429, 503):
            self._fail(Transient(f"{name} is busy ({status})"))
        elif 300 <= status < 400:
            self._fail(Refused(f"{name} has moved; declare its new address", "server"))
        elif packing != "identity":
            self._fail(Refused(f"{name} packs its answers unasked", "server"))
        return httpx2.Response(
            status,
            headers=response.headers,
            stream=_Counted(response.stream, self),
            extensions=response.extensions,
        )

    def count(self, size: int) -> None:
        """Takes so many bytes of what is left."""
        self._left -= size
        if self._left < 0:
            name = self._conversation.server.name
            self._fail(Refused(f"{name} answers more than can be taken", "too much"))

    def _fail(self, fault: Exception) -> None:
        self._conversation.fault = self._conversation.fault or fault
        raise httpx2.ReadError(str(fault))

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, inner: Any, bounds: _Bounded) -> None:
        self._inner = inner
        self._bounds = bounds

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._inner:
            self._bounds.count(len(piece))
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()
