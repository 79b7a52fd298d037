"""A conversation on langgraph, kept by its DynamoDB saver, new objects every turn."""

# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false

from collections.abc import Callable
from typing import Any

from langchain.agents import create_agent
from langchain_aws import ChatBedrockConverse
from langchain_core.tools import tool
from langgraph_checkpoint_aws import DynamoDBSaver

from bench.peers.inside.words import WEATHER

TABLE = "checkpoints"
BUCKET = "offload"
Turn = Callable[[str], str]


@tool
def weather(city: str) -> str:
    """What the weather is in a city."""
    return WEATHER


def opened(session: Any, durability: str, offload: dict[str, str] | None = None) -> Turn:
    session.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "PK", "KeyType": "HASH"},
            {"AttributeName": "SK", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "PK", "AttributeType": "S"},
            {"AttributeName": "SK", "AttributeType": "S"},
        ],
    )
    bedrock, catalog = session.client("bedrock-runtime"), session.client("bedrock")

    def turn(text: str) -> str:
        model = ChatBedrockConverse(
            model="bench.model",
            provider="anthropic",
            client=bedrock,
            bedrock_client=catalog,
            disable_streaming=True,
        )
        saver = DynamoDBSaver(TABLE, session=session, s3_offload_config=offload)
        agent = create_agent(model, [weather], checkpointer=saver)
        state = agent.invoke(
            {"messages": [("user", text)]},
            {"configurable": {"thread_id": "one"}},
            durability=durability,
        )
        return state["messages"][-1].text

    return turn


def open_every_step(session: Any) -> Turn:
    return opened(session, "async")


def open_offloaded(session: Any) -> Turn:
    session.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    return opened(session, "async", {"bucket_name": BUCKET})


def open_at_exit(session: Any) -> Turn:
    return opened(session, "exit")


STORES = {
    "every step": open_every_step,
    "every step, large ones on S3": open_offloaded,
    "at exit": open_at_exit,
}
