"""The state machine that waits for every plan: it asks what to wait for, waits, and asks again.

    Next ─→ Choose ─┬─ wait ───→ Wait ──┐
     ↑              ├─ await ──→ Await ─┤
     │              └─ done ───→ Done   │
     └──────────────────────────────────┘

It knows ids and times alone, and decides nothing: `persona/acts/waking.py` answers each question
from the plan's row. An execution that fails or is lost is followed by another generation.
"""

from typing import Any

from persona.acts.waking import MOST_LOOKS

NAME = "plans"
ALIAS = "live"
"""Of the function and of the machine: what runs is a published version, never what is being changed."""
ASKING_SECONDS = 60
"""The plan function's own timeout is shorter."""
LANGUAGE = "JSONPath"
PASSING = [
    "Conflict",
    "Transient",
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
]
"""After these the same question may be asked again: two of our own names, the rest Lambda's."""
MOST_TRIES = 4
EVENTS_A_LOOK, EVENTS_A_TRY = 13, 3
"""What AWS writes down of one round (entered, scheduled, started, ended, left), and of each repeat."""
MOST_EVENTS = MOST_LOOKS * (EVENTS_A_LOOK + 2 * MOST_TRIES * EVENTS_A_TRY)
"""Of one generation, where every question is asked as often as it may; AWS allows 25,000."""
ASKED = ("home", "plan", "generation")
ANSWERED = ("name", "until", "seconds", "beat", "looks")


def definition(function: str) -> dict[str, Any]:
    """The machine in Amazon States Language; `function` is the ARN of the plan function's alias."""
    asked = {f"{name}.$": f"$.{name}" for name in ASKED}
    answered = {f"{name}.$": f"$.Payload.{name}" for name in ANSWERED}
    return {
        "Comment": "Waits for plans; what is to be done is decided elsewhere.",
        "QueryLanguage": LANGUAGE,
        "StartAt": "Next",
        "States": {
            "Next": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": _call(function, {**asked, "looks.$": "$.move.looks"}),
                "ResultSelector": answered,
                "ResultPath": "$.move",
                "TimeoutSeconds": ASKING_SECONDS,
                "Retry": [_again([*PASSING, "States.Timeout"])],
                "Next": "Choose",
            },
            "Choose": {
                "Type": "Choice",
                "Choices": [_when("wait", "Wait"), _when("await", "Await"), _when("done", "Done")],
            },
            "Wait": {"Type": "Wait", "TimestampPath": "$.move.until", "Next": "Next"},
            "Await": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                "Parameters": _call(function, {**asked, "token.$": "$$.Task.Token"}),
                "ResultPath": None,
                "TimeoutSecondsPath": "$.move.seconds",
                "HeartbeatSecondsPath": "$.move.beat",
                "Retry": [_again(PASSING)],
                "Catch": [
                    {
                        "ErrorEquals": ["States.Timeout", "States.HeartbeatTimeout"],
                        "ResultPath": None,
                        "Next": "Next",
                    }
                ],
                "Next": "Next",
            },
            "Done": {"Type": "Succeed"},
        },
    }


def _call(function: str, payload: dict[str, str]) -> dict[str, Any]:
    return {"FunctionName": function, "Payload": payload}


def _again(errors: list[str]) -> dict[str, Any]:
    return {
        "ErrorEquals": errors,
        "IntervalSeconds": 1,
        "BackoffRate": 3,
        "MaxAttempts": MOST_TRIES,
        "JitterStrategy": "FULL",
    }


def _when(name: str, next: str) -> dict[str, str]:
    return {"Variable": "$.move.name", "StringEquals": name, "Next": next}
