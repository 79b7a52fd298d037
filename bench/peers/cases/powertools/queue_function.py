"""What a queue-driven function takes from Powertools: Logger, Metrics, batch, the parser."""

# pyright: basic, reportMissingImports=false

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor
from aws_lambda_powertools.utilities.parser.models import SqsRecordModel
from pydantic import BaseModel

logger = Logger(service="brain", level="ERROR")
metrics = Metrics(namespace="bench", service="brain")


class Message(BaseModel):
    id: str
    text: str


class Record(SqsRecordModel):
    body: Message


processor = SqsFifoPartialProcessor(model=Record)
dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")
bedrock = boto3.client("bedrock-runtime")
