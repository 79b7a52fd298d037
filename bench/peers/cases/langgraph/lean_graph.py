"""The least of langgraph: a graph of one node upon boto3 itself, and the DynamoDB saver."""

# pyright: basic, reportMissingImports=false

import boto3
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph_checkpoint_aws import DynamoDBSaver

sqs = boto3.client("sqs")
bedrock = boto3.client("bedrock-runtime")
saver = DynamoDBSaver("checkpoints", region_name="eu-west-1")


def think(state: MessagesState) -> MessagesState:
    said = [{"role": "user", "content": [{"text": message.text}]} for message in state["messages"]]
    answer = bedrock.converse(modelId="bench.model", messages=said)
    return {"messages": [answer["output"]["message"]["content"][0]["text"]]}


graph = StateGraph(MessagesState)
graph.add_node("think", think)
graph.add_edge(START, "think")
graph.add_edge("think", END)
brain = graph.compile(checkpointer=saver)
