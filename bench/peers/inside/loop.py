"""A turn with one tool through a peer's brain, beside a plain converse loop.

Both talk to botocore clients without a socket, so that what differs is the loop alone.
"""

from collections.abc import Callable
from typing import Any

from bench.peers import case_files
from bench.peers.inside import warm, wire
from bench.peers.inside.words import QUESTION, REPLY

WEATHER = {
    "toolSpec": {
        "name": "weather",
        "description": "What the weather is in a city.",
        "inputSchema": {
            "json": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            }
        },
    }
}


def measure(peer: str) -> dict[str, Any]:
    """The peer's agent kept over turns and built anew each turn, as ratios to the plain loop."""
    brain = case_files.load(peer, "brain")
    wire.answer(brain["bedrock"].meta.events, "bedrock-runtime.Converse", wire.converse_bodies())
    bedrock = wire.new_session().client("bedrock-runtime")
    wire.answer(bedrock.meta.events, "bedrock-runtime.Converse", wire.converse_bodies())
    ways = {
        "plain": lambda: plain(bedrock, QUESTION),
        "reused": lambda: brain["reused"](QUESTION),
        "built": lambda: brain["built"](QUESTION),
    }
    for name, way in ways.items():
        if (said := way().strip()) != REPLY.strip():
            raise AssertionError(f"{name} answered {said!r}")
    return warm.measure(ways, "plain")


def plain(bedrock: Any, text: str) -> str:
    """The least that a brain with one tool can do."""
    tools: dict[str, Callable[..., str]] = {"weather": lambda city: f"sunny in {city}"}
    messages: list[dict[str, Any]] = [{"role": "user", "content": [{"text": text}]}]
    while True:
        answer = bedrock.converse(
            modelId="bench.model",
            system=[{"text": "Be brief."}],
            messages=messages,
            toolConfig={"tools": [WEATHER]},
        )
        message = answer["output"]["message"]
        if answer["stopReason"] != "tool_use":
            return "".join(block.get("text", "") for block in message["content"])
        wishes = [block["toolUse"] for block in message["content"] if "toolUse" in block]
        results = [
            {
                "toolResult": {
                    "toolUseId": wish["toolUseId"],
                    "content": [{"text": tools[wish["name"]](**wish["input"])}],
                }
            }
            for wish in wishes
        ]
        messages += [message, {"role": "user", "content": results}]
