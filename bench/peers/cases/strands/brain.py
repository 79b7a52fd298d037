"""A brain on strands: its Agent and Bedrock model, beside a table and a queue."""

# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false

import boto3
from strands import Agent, tool
from strands.models import BedrockModel

dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")
model = BedrockModel(model_id="bench.model", region_name="eu-west-1", streaming=False)
bedrock = model.client


@tool
def weather(city: str) -> str:
    """What the weather is in a city.

    Args:
        city: Its name.

    """
    return f"sunny in {city}"


def build() -> Agent:
    return Agent(model=model, tools=[weather], system_prompt="Be brief.", callback_handler=None)


agent = build()


def reused(text: str) -> str:
    agent.messages.clear()
    return str(agent(text))


def built(text: str) -> str:
    return str(build()(text))
