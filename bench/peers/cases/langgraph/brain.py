"""A brain on langchain's agent over langgraph, with its DynamoDB saver, beside a queue."""

# pyright: basic, reportMissingImports=false

from typing import Any

import boto3
from langchain.agents import create_agent
from langchain_aws import ChatBedrockConverse
from langchain_core.tools import tool
from langgraph_checkpoint_aws import DynamoDBSaver

sqs = boto3.client("sqs")
saver = DynamoDBSaver("checkpoints", region_name="eu-west-1")
model = ChatBedrockConverse(
    model="bench.model", provider="anthropic", region_name="eu-west-1", disable_streaming=True
)
bedrock = model.client


@tool
def weather(city: str) -> str:
    """What the weather is in a city."""
    return f"sunny in {city}"


def build() -> Any:
    return create_agent(model, [weather], system_prompt="Be brief.")


agent = build()


def reused(text: str) -> str:
    return agent.invoke({"messages": [("user", text)]})["messages"][-1].text


def built(text: str) -> str:
    return build().invoke({"messages": [("user", text)]})["messages"][-1].text
