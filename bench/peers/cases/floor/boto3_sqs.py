"""The floor under every ingress: boto3 with the one client that a queue needs."""

import boto3

sqs = boto3.client("sqs")
