"""A conversation on strands, kept in S3 by its two session managers, a new agent every turn.

Both agents see strands' default window of forty messages; a snapshot holds no more than that.
"""

# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false

from collections.abc import Callable
from typing import Any

from strands import Agent, tool
from strands.models import BedrockModel
from strands.session.s3_session_manager import S3SessionManager
from strands.session.snapshot_session_manager import SnapshotSessionManager
from strands.storage.s3_storage import S3Storage

from bench.peers.inside.words import WEATHER

BUCKET = "sessions"
Turn = Callable[[str], str]


@tool
def weather(city: str) -> str:
    """What the weather is in a city.

    Args:
        city: Its name.

    """
    return WEATHER


def opened(session: Any, manager: Callable[[Any], Any]) -> Turn:
    session.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )

    def turn(text: str) -> str:
        agent = Agent(
            agent_id="wren",
            model=BedrockModel(model_id="bench.model", boto_session=session, streaming=False),
            tools=[weather],
            callback_handler=None,
            session_manager=manager(session),
        )
        return str(agent(text))

    return turn


def open_messages(session: Any) -> Turn:
    return opened(
        session, lambda s: S3SessionManager(session_id="one", bucket=BUCKET, boto_session=s)
    )


def open_snapshots(session: Any) -> Turn:
    return opened(
        session,
        lambda s: SnapshotSessionManager("one", storage=S3Storage(BUCKET, boto_session=s)),
    )


STORES = {"messages on S3": open_messages, "snapshot on S3": open_snapshots}
