"""A stage that is nowhere: addresses for the symbols of `infra/roles.py`, so that they can be judged."""

REGION, ACCOUNT = "eu-west-1", "123456789012"
HERE = f"{REGION}:{ACCOUNT}"
ROOT_OF_ALL = f"arn:aws:iam::{ACCOUNT}:root"
ADDRESSES = {
    "table": f"arn:aws:dynamodb:{HERE}:table/hub",
    "keys": f"arn:aws:dynamodb:{HERE}:table/hub-keys",
    "master": f"arn:aws:kms:{HERE}:key/11111111-1111-1111-1111-111111111111",
    "lanes": f"arn:aws:sqs:{HERE}:hub-lanes.fifo",
    "dead": f"arn:aws:sqs:{HERE}:hub-lanes-dead.fifo",
    "timers-dead": f"arn:aws:sqs:{HERE}:hub-timers-dead",
    "blobs": "arn:aws:s3:::hub-blobs",
    "schedules": f"arn:aws:scheduler:{HERE}:schedule/hub/*",
    "machine": f"arn:aws:states:{HERE}:stateMachine:hub-plans",
    "executions": f"arn:aws:states:{HERE}:execution:hub-plans:*",
    "tokens": "*",
    "sockets": f"arn:aws:execute-api:{HERE}:hubsockets/live/POST/@connections/*",
    "models": f"arn:aws:bedrock:{REGION}::foundation-model/hub.model",
    "guardrail": f"arn:aws:bedrock:{HERE}:guardrail/hubguardrail",
}
FAMILIES = {
    "table": f"arn:aws:dynamodb:{HERE}:table/hub/",
    "blobs": "arn:aws:s3:::hub-blobs/",
    "secret": f"arn:aws:ssm:{HERE}:parameter/hub/",
    "function": f"arn:aws:lambda:{HERE}:function:hub-",
    "role": f"arn:aws:iam::{ACCOUNT}:role/hub-",
    "logs": f"arn:aws:logs:{HERE}:log-group:/aws/lambda/hub-",
}
"""What stands before the rest of a symbol that has several words."""


def address(symbol: str) -> str:
    """The ARN of a symbol. Raises KeyError for one that no stage gives an address."""
    if symbol in ADDRESSES:
        return ADDRESSES[symbol]
    family, _, rest = symbol.partition("/")
    return FAMILIES[family] + rest + (":log-stream:*" if family == "logs" else "")


def session(role: str) -> str:
    """Who asks when a function asks in this role."""
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/hub-{role}/one"
