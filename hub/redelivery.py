"""Two live probes of what comes again: dead letters that are moved back, and schedules that fire."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from hub.scene import Scene

SCHEDULES = 20
AHEAD = 90
"""Seconds until they fire: time enough for IAM to know the role."""
MOST_WAIT = 180
LATE = 60
"""EventBridge Scheduler promises a minute's precision."""


def dead_letters(scene: Scene) -> tuple[bool, str]:
    """A message is failed once, lies among the dead letters, and is moved back at once."""
    client = scene.clients("sqs")
    fifo = {"FifoQueue": "true", "VisibilityTimeout": "30"}
    dead_url, dead = scene.queue(f"{scene.name}-dead.fifo", **fifo)
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": "1"})
    url, arn = scene.queue(f"{scene.name}.fifo", **fifo, RedrivePolicy=redrive)
    client.send_message(
        QueueUrl=url, MessageBody="live", MessageGroupId="live", MessageDeduplicationId=scene.name
    )
    received = _await(scene, url, 30)
    if not received:
        return False, "the message never came"
    client.change_message_visibility(
        QueueUrl=url, ReceiptHandle=received[0]["ReceiptHandle"], VisibilityTimeout=0
    )
    client.receive_message(QueueUrl=url, WaitTimeSeconds=5)
    client.start_message_move_task(SourceArn=dead, DestinationArn=arn)
    if _await(scene, url, 60):
        return True, "moved back within five minutes, and it came again"
    if _await(scene, dead_url, 10):
        return False, "still among the dead letters: it was not moved"
    return False, "swallowed as a duplicate: redrive only five minutes after the last try"


def _await(scene: Scene, url: str, seconds: int) -> list[dict[str, Any]]:
    for _ in range(max(1, seconds // 5)):
        found = scene.clients("sqs").receive_message(
            QueueUrl=url,
            WaitTimeSeconds=5,
            MaxNumberOfMessages=10,
            MessageSystemAttributeNames=["SentTimestamp"],
        )
        if found.get("Messages"):
            return found["Messages"]
    return []


def schedules(scene: Scene) -> tuple[bool, str]:
    """Each says its number; what comes is counted, and how late it was sent."""
    url, arn = scene.queue(f"{scene.name}-times")
    role = scene.role(f"{scene.name}-times", _TRUST, _sending(arn))
    at = int(scene.clock()) + AHEAD
    for number in range(SCHEDULES):
        _schedule(scene, number, at, arn, role)
    came, latest = Counter[str](), 0.0
    while scene.clock() < at + MOST_WAIT:
        for one in _await(scene, url, 5):
            came[one["Body"]] += 1
            latest = max(latest, int(one["Attributes"]["SentTimestamp"]) / 1000 - at)
            scene.clients("sqs").delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
        if len(came) == SCHEDULES and scene.clock() > at + LATE:  # a second one may follow
            break
    twice = sum(times > 1 for times in came.values())
    told = f"{len(came)} of {SCHEDULES} fired, {twice} twice, the last {latest:.1f} s late"
    return len(came) == SCHEDULES and latest <= LATE, told


_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "scheduler.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def _sending(arn: str) -> dict[str, Any]:
    said = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
    return {"Version": "2012-10-17", "Statement": [said]}


def _schedule(scene: Scene, number: int, at: int, queue: str, role: str) -> None:
    client, group = scene.clients("scheduler"), f"hub-{scene.place.stage}"
    name = f"{scene.name}-{number}"
    about = {
        "Name": name,
        "GroupName": group,
        "ScheduleExpression": f"at({datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S})",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "NONE",
        "Target": {"Arn": queue, "RoleArn": role, "Input": str(number)},
    }
    for patience in reversed(range(8)):
        try:
            client.create_schedule(**about)
            break
        except ClientError as error:
            is_new = error.response["Error"]["Code"] == "ValidationException"
            if not (is_new and patience):  # a role so new is not known everywhere
                raise
            scene.sleep(4.0)
    scene.removes(f"schedule {name}", lambda: client.delete_schedule(Name=name, GroupName=group))
