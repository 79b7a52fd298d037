"""AWS clients on one botocore session, each made when first asked for, with short timeouts.

botocore alone: boto3 costs a fifth of a cold start, and nothing here needs it.
"""

import threading
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import botocore
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from persona.errors import Broken, Transient
from persona.settings import VERSION

CONNECT_SECONDS, READ_SECONDS = 2.0, 5.0
SLOW = {"lambda": 10.0, "s3": 10.0, "kms": 10.0, "bedrock-runtime": 60.0}
"""Read timeouts of what may take longer than a table or a queue."""
MOST_ATTEMPTS = 3
HOT = ("dynamodb", "sqs")
"""Asked several times a message, so that looking at each request twice shows."""
PRODUCT = f"persona-hub/{VERSION} botocore/{botocore.__version__}"
"""Said as it is: botocore otherwise puts it together twice a request, a tenth of its time."""
TOO_MANY = 429

PASSING = frozenset(
    {
        "KMSInternalException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Refusals after which the same request may be made again; the 5xx answers come on top."""


class Clients:
    """Makes clients; `session` is a botocore session, its own where none is given."""

    def __init__(self, env: Mapping[str, str], session: Any = None) -> None:
        self._region = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION")
        self._session = session
        self._made: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def get(self, name: str, url: str = "") -> Any:
        """The one client of this name, as botocore calls it; `url` where AWS gives it one."""
        with self._lock:
            made = self._made.get((name, url))
            if made is None:
                made = self._made[name, url] = self._make(name, endpoint_url=url or None)
            return made

    def fresh(self, name: str, credentials: Mapping[str, str] | None = None) -> Any:
        """A client of its own; `credentials` as STS answers them, else the process's."""
        own = credentials or {}
        with self._lock:
            return self._make(
                name,
                aws_access_key_id=own.get("AccessKeyId"),
                aws_secret_access_key=own.get("SecretAccessKey"),
                aws_session_token=own.get("SessionToken"),
            )

    def _make(self, name: str, **more: Any) -> Any:
        from botocore.config import Config
        from botocore.session import Session

        if self._session is None:
            self._session = Session()
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=SLOW.get(name, READ_SECONDS),
            retries={"mode": "standard", "total_max_attempts": MOST_ATTEMPTS},
            parameter_validation=name not in HOT,  # what we ask is typed, and AWS looks for itself
            user_agent=PRODUCT,
        )
        return self._session.create_client(name, region_name=self._region, config=config, **more)


@contextmanager
def translating(*, but: Collection[str] = ()) -> Generator[None, None, None]:
    """Raises AWS's refusals and silences inside the block as ours, and lets some codes pass."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        if code(error) not in but:
            raise translated(error) from error


def translated(error: Exception) -> Exception:
    """Transient where the same request may help later, else Broken.

    A request whose answer was lost is Transient too: all that this family writes may be repeated.
    """
    unheard = isinstance(error, NoConnection | HTTPClientError)
    if unheard or code(error) in PASSING or _status(error) == TOO_MANY or _status(error) >= 500:
        return Transient(f"AWS: {code(error) or type(error).__name__}")
    return Broken(f"AWS: {error}")


def code(error: Exception) -> str:
    """AWS's own word for what went wrong; empty where no answer came."""
    return answer(error).get("Error", {}).get("Code", "")


def _status(error: Exception) -> int:
    return answer(error).get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def answer(error: Exception) -> dict[str, Any]:
    """The refusal as AWS sent it; empty where none came."""
    return getattr(error, "response", None) or {}
