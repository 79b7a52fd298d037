"""A brain on pydantic-ai: its Agent and Bedrock model, beside a table and a queue."""

# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false

import boto3
from pydantic_ai import Agent
from pydantic_ai.models.bedrock import BedrockConverseModel
from pydantic_ai.providers.bedrock import BedrockProvider

dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")
bedrock = boto3.client("bedrock-runtime")
model = BedrockConverseModel("bench.model", provider=BedrockProvider(bedrock_client=bedrock))


def weather(city: str) -> str:
    """What the weather is in a city."""
    return f"sunny in {city}"


def build() -> Agent:
    return Agent(model, tools=[weather], system_prompt="Be brief.")


agent = build()


def reused(text: str) -> str:
    return agent.run_sync(text).output


def built(text: str) -> str:
    return build().run_sync(text).output
