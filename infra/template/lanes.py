"""The lanes, where what they give up goes, and who is given their messages."""

from collections.abc import Mapping
from typing import Any

from troposphere import GetAtt, Ref, Template, awslambda, sqs

from backends.aws._shape import DEAD_LETTERS, FOURTEEN_DAYS, LANES, redrive
from infra.functions import deployed
from infra.roles import QUEUES
from infra.template.stage import address, logical, named

BATCH = 10
QUEUE_OF = {"lanes": "Lanes", "dead": "LanesDead"}


def add_lanes(template: Template) -> None:
    """The queues, and from the lanes and their dead letters a mapping each to its function."""
    given_up = sqs.RedrivePolicy(**redrive(GetAtt("LanesDead", "Arn")))
    template.add_resource(
        _queue("Lanes", "lanes.fifo", {**_spelled(LANES), "RedrivePolicy": given_up})
    )
    letters = {
        **_spelled(DEAD_LETTERS),
        "RedriveAllowPolicy": {
            "redrivePermission": "byQueue",
            "sourceQueueArns": [address("lanes")],
        },
    }
    template.add_resource(_queue("LanesDead", "lanes-dead.fifo", letters))
    kept = {"MessageRetentionPeriod": FOURTEEN_DAYS}
    template.add_resource(_queue("TimersDead", "timers-dead", kept))
    template.add_resource(_queue("MailDead", "mail-dead", kept))
    for function in deployed().values():
        if function.entry in QUEUES:
            template.add_resource(_mapping(function.name, QUEUE_OF[QUEUES[function.entry]]))


def _queue(title: str, name: str, attributes: Mapping[str, Any]) -> sqs.Queue:
    return sqs.Queue(title, QueueName=named(name), SqsManagedSseEnabled=True, **attributes)


def _spelled(attributes: Mapping[str, str]) -> dict[str, Any]:
    """SQS's own texts as CloudFormation wants them."""
    words: dict[str, Any] = {"true": True, "false": False}
    return {
        name: int(value) if value.isdigit() else words.get(value, value)
        for name, value in attributes.items()
    }


def _mapping(function: str, queue: str) -> awslambda.EventSourceMapping:
    """What failed is handed back by message, as the function names it."""
    return awslambda.EventSourceMapping(
        logical(function, "Source"),
        EventSourceArn=GetAtt(queue, "Arn"),
        FunctionName=Ref(logical(function)),
        BatchSize=BATCH,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
