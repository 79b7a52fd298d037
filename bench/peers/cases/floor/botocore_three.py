"""A table, a queue and a model from one botocore session."""

from botocore.session import Session

session = Session()
dynamodb = session.create_client("dynamodb")
sqs = session.create_client("sqs")
bedrock = session.create_client("bedrock-runtime")
