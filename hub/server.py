"""The local stage's one server: HTTP, WebSocket and SMTP on loopback, feeding the functions.

Every request becomes the event that API Gateway would send, so what answers here is what answers
in AWS. Only `/local/*` is the stage's own.
"""

import asyncio
import base64
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from aiosmtpd.controller import Controller
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from functions import ingress, socket
from hub.local import LocalPages
from hub.smtp import Inbox
from persona.ports import Ports

MOST_MAIL = 64 * 1024 * 1024
"""A 40 MB mail, in base64, in JSON."""
MOST_BODY = 1024 * 1024
LIFE = socket.HOURS - 60.0
"""Seconds after which a socket is closed, before its rows expire; the page opens another."""
MOST_FRAME = 128 * 1024


def application(ports: Ports, pages: LocalPages, smtp_port: int) -> Starlette:
    """The ASGI application; SMTP starts and ends with it."""

    async def answer(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return Response('{"error":"too large"}', 413, media_type="application/json")
        if request.url.path.startswith("/local/"):
            return await run_in_threadpool(pages.answer, request, body)
        result = await run_in_threadpool(ingress.run, _http_event(request, body), ports)
        return _response(result)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None, None]:
        mail = Controller(
            Inbox(ports, pages.take_mail),
            hostname="127.0.0.1",
            port=smtp_port,
            data_size_limit=40 * 1024 * 1024,
            decode_data=False,
            server_kwargs={"enable_SMTPUTF8": True},
        )
        mail.start()
        try:
            yield
        finally:
            pages.close()
            mail.stop()

    async def listen(web_socket: WebSocket) -> None:
        await _listen(web_socket, ports)

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
    routes = [
        WebSocketRoute("/web/socket", listen),
        Route("/{path:path}", answer, methods=methods),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


async def _body(request: Request) -> bytes | None:
    """The whole body, or None once it is larger than anything that may come."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > (MOST_MAIL if request.url.path == "/local/email" else MOST_BODY):
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _http_event(request: Request, body: bytes) -> dict[str, Any]:
    """API Gateway's HTTP event, payload format 2.0."""
    headers = {
        name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.raw
    }
    raw_path = request.scope.get("raw_path", b"") or request.url.path.encode()
    return {
        "version": "2.0",
        "rawPath": raw_path.decode("latin-1").split("?")[0],
        "rawQueryString": request.scope["query_string"].decode("latin-1"),
        "headers": headers,
        "requestContext": {
            "http": {
                "method": request.method,
                "path": request.url.path,
                "sourceIp": request.client.host if request.client else "",
            },
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def _response(result: dict[str, Any]) -> Response:
    response = Response(base64.b64decode(result["body"]), result["statusCode"])
    for name, value in result["headers"].items():
        response.headers[name] = value
    for cookie in result.get("cookies", []):
        response.headers.append("set-cookie", cookie)
    return response


async def _listen(web_socket: WebSocket, ports: Ports) -> None:
    """One open page: connected through the function, then fed from other threads until it leaves."""
    loop, id = asyncio.get_running_loop(), uuid.uuid4().hex
    outbox: asyncio.Queue[str] = asyncio.Queue()

    def push(text: str) -> None:
        loop.call_soon_threadsafe(outbox.put_nowait, text)

    event = _socket_event(web_socket, id, "CONNECT")
    sockets: Any = ports.sockets
    sockets.add(id, push)
    try:
        result = await run_in_threadpool(socket.run, event, ports)
        if result["statusCode"] != 200:
            await web_socket.send_denial_response(Response(status_code=result["statusCode"]))
            return
        await web_socket.accept()
        news = partial(socket.run, _socket_event(web_socket, id, "MESSAGE"), ports)
        await _relay(web_socket, outbox, news)
    finally:
        sockets.remove(id)
        await run_in_threadpool(socket.run, _socket_event(web_socket, id, "DISCONNECT"), ports)


async def _relay(
    web_socket: WebSocket, outbox: asyncio.Queue[str], news: Callable[[], object]
) -> None:
    """Sends what is pushed until the page leaves; each frame that it sends asks what is new."""

    async def read() -> None:
        try:
            while True:
                frame = await web_socket.receive()
                if frame["type"] == "websocket.disconnect":
                    return
                if len(frame.get("text") or frame.get("bytes") or "") > MOST_FRAME:
                    await web_socket.close(1009)
                    return
                await run_in_threadpool(news)
        except (WebSocketDisconnect, RuntimeError):
            return

    async def write() -> None:
        while True:
            text = await outbox.get()
            await web_socket.send_text(text)

    tasks = [asyncio.create_task(read()), asyncio.create_task(write())]
    try:
        await asyncio.wait(tasks, timeout=LIFE, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if web_socket.client_state is WebSocketState.CONNECTED:
            try:
                await web_socket.close()
            except RuntimeError:  # closed from the other side meanwhile
                return


def _socket_event(web_socket: WebSocket, id: str, kind: str) -> dict[str, Any]:
    """API Gateway's WebSocket event."""
    return {
        "requestContext": {"eventType": kind, "connectionId": id},
        "headers": {n.decode("latin-1"): v.decode("latin-1") for n, v in web_socket.headers.raw},
        "queryStringParameters": dict(web_socket.query_params),
    }
