"""The floor under every brain: boto3 with a table, a queue and a model."""

import boto3

dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")
bedrock = boto3.client("bedrock-runtime")
