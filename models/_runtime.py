"""Calls to Bedrock's runtime, each within its own deadline.

botocore knows the API, the credentials and the signature; the signed request goes out by our own
POST, because botocore's timeouts are the client's and each of our calls has a deadline of its own.
"""

import io
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from models._post import Post, judge
from persona.errors import Refused, Unknown
from persona.ports import Later

T = TypeVar("T")
GARBAGE = (ResponseParserError, AttributeError, LookupError, TypeError, ValueError)
"""What botocore's parser, and then ours, raise for a body that is not an answer."""


class Runtime:
    """One region's `bedrock-runtime`; `post` is what carries requests, its own where none is given."""

    def __init__(self, region: str, post: Post | None = None) -> None:
        self._region = region
        self._post = post or Post()
        self._seconds: ContextVar[float] = ContextVar("seconds")
        self._client = Later(self._open)

    def call(
        self,
        operation: str,
        request: Mapping[str, Any],
        seconds: float,
        read: Callable[[Mapping[str, Any]], T],
    ) -> T:
        """What `read` makes of the answer; raises Transient, Refused or Unknown, as models do."""
        self._seconds.set(seconds)
        try:
            return read(getattr(self._client.value(), operation)(**request))
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise judge(status, error.response["Error"]["Code"]) from error
        except BotoCoreError as error:  # no credentials, or a request that the API does not know
            raise Refused(f"it cannot be asked: {type(error).__name__}") from error
        except GARBAGE as error:
            raise Unknown("it answered garbage") from error

    def _open(self) -> Any:
        config = Config(retries={"total_max_attempts": 1, "mode": "standard"})
        session = botocore.session.get_session()
        client = session.create_client("bedrock-runtime", self._region, config=config)
        client.meta.events.register("before-send.bedrock-runtime", self._send)
        return client

    def _send(self, request: AWSPreparedRequest, **event: object) -> AWSResponse:
        """Carries botocore's signed request; what it returns is taken as the server's response."""
        headers = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        seconds = self._seconds.get()
        status, answered, data = self._post.send(request.url, request.body, headers, seconds)
        return AWSResponse(request.url, status, answered, _Body(data))


class _Body(io.BytesIO):
    """A whole body, read as botocore reads one that streams."""

    def stream(self, *_: object, **__: object) -> list[bytes]:
        return [self.read()]
