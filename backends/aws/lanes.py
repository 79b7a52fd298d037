"""Lanes on one SQS FIFO queue: a lane is a message group, so it is worked in order."""

import hashlib
import math
import re
from collections.abc import Callable
from typing import Any

from backends.aws._clients import translating
from backends.aws._shape import MOST_MESSAGE
from persona.errors import Broken

LONGEST = 12 * 3600
STALE = frozenset(
    {
        "AWS.SimpleQueueService.MessageNotInflight",
        "InvalidParameterValue",
        "MessageNotInflight",
        "ReceiptHandleIsInvalid",
    }
)
"""Answers to a receipt whose message was taken by another, or is done."""
UNTAKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that SQS refuses anywhere in a message."""


class Lanes:
    """Implements `persona.ports.Lanes`; `client` gives the SQS client, `url` is the queue's."""

    def __init__(self, client: Callable[[], Any], url: str) -> None:
        self._client = client
        self._url = url

    def put(self, lane: str, body: str, once: str) -> None:
        """`body` is JSON: a character that SQS does not take goes as its escape."""
        taken = UNTAKEN.sub(lambda found: f"\\u{ord(found[0]):04x}", body)
        size = len(taken.encode())
        if size > MOST_MESSAGE:
            raise Broken(f"{size} bytes for lane {lane}; a lane's message takes {MOST_MESSAGE}")
        with translating():
            self._client().send_message(
                QueueUrl=self._url,
                MessageBody=taken,
                MessageGroupId=lane,
                MessageDeduplicationId=_mark(lane, once),
            )

    def release(self, receipt: str, seconds: float) -> None:
        """In whole seconds; a receipt that is no longer the newest changes nothing."""
        pause = min(max(math.ceil(seconds), 0), LONGEST)
        with translating(but=STALE):
            self._client().change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=pause
            )


def _mark(lane: str, once: str) -> str:
    marked = f"{lane}\x1f{once}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(marked).hexdigest()
