"""What somebody is told of: dead letters, what waits too long, what nobody can know, and the bill."""

from typing import Any

from troposphere import GetAtt, If, NoValue, Ref, Sub, Template, budgets, cloudwatch, sns

from backends.aws._shape import LANE_SECONDS
from infra.template.stage import logical, named

MINUTE = 60
WAITED = 2 * LANE_SECONDS
"""Seconds after which a lane or an act has waited longer than one dead worker explains."""
FAILED = 10
"""Acts that end as failed within five minutes before somebody is told."""


def add_alarms(template: Template) -> None:
    """They tell a topic, and it whoever's address the stage was given."""
    heard = If(
        "HasAlarmAddress",
        [sns.Subscription(Protocol="email", Endpoint=Ref("AlarmAddress"))],
        NoValue,
    )
    template.add_resource(sns.Topic("Alarms", TopicName=named("alarms"), Subscription=heard))
    for queue in ("LanesDead", "TimersDead", "MailDead"):
        name = "ApproximateNumberOfMessagesVisible"
        _add(template, f"{queue}Letters", f"Something lies in {queue}.", _of_queue(queue, name), 0)
    age = _of_queue("Lanes", "ApproximateAgeOfOldestMessage")
    _add(template, "LanesAge", "A lane stands still.", age, WAITED)
    overdue = _of_hub("oldest due act", "Maximum")
    _add(template, "ActsAge", "An act waits too long.", overdue, WAITED)
    _add(template, "SweepSilent", "The sweeper does not run.", _of_sweep(), 0, is_above=False)
    unknown = _of_hub("unknown act", "Sum", 5 * MINUTE)
    _add(template, "ActsUnknown", "Nobody can know how an act ended.", unknown, 0)
    refused = _of_hub("failed act", "Sum", 5 * MINUTE)
    _add(template, "ActsRefused", "Many acts were refused or failed.", refused, FAILED)
    template.add_resource(_bill())


def _of_queue(queue: str, name: str) -> dict[str, Any]:
    dimension = cloudwatch.MetricDimension(Name="QueueName", Value=GetAtt(queue, "QueueName"))
    return {
        "Namespace": "AWS/SQS",
        "MetricName": name,
        "Dimensions": [dimension],
        "Statistic": "Maximum",
        "Period": MINUTE,
    }


def _of_hub(name: str, statistic: str, period: int = MINUTE) -> dict[str, Any]:
    """What `functions/_observe.py` counts."""
    return {
        "Namespace": Sub("hub-${Stage}"),
        "MetricName": name,
        "Statistic": statistic,
        "Period": period,
    }


def _of_sweep() -> dict[str, Any]:
    dimension = cloudwatch.MetricDimension(Name="FunctionName", Value=Ref(logical("sweep")))
    return {
        "Namespace": "AWS/Lambda",
        "MetricName": "Invocations",
        "Dimensions": [dimension],
        "Statistic": "Sum",
        "Period": 5 * MINUTE,
    }


def _add(
    template: Template,
    title: str,
    about: str,
    watched: dict[str, Any],
    than: int,
    *,
    is_above: bool = True,
) -> None:
    template.add_resource(
        cloudwatch.Alarm(
            title,
            AlarmName=named(title),
            AlarmDescription=about,
            ComparisonOperator=f"{'GreaterThan' if is_above else 'LessThanOrEqualTo'}Threshold",
            Threshold=than,
            EvaluationPeriods=1,
            TreatMissingData="notBreaching" if is_above else "breaching",
            AlarmActions=[Ref("Alarms")],
            OKActions=[Ref("Alarms")],
            **watched,
        )
    )


def _bill() -> budgets.Budget:
    """Of the whole AWS account: costs by tag would have to be switched on by hand first."""
    told = [
        budgets.NotificationWithSubscribers(
            Notification=budgets.Notification(
                NotificationType=kind, ComparisonOperator="GREATER_THAN", Threshold=percent
            ),
            Subscribers=[budgets.Subscriber(SubscriptionType="EMAIL", Address=Ref("AlarmAddress"))],
        )
        for kind, percent in (("ACTUAL", 80), ("FORECASTED", 100))
    ]
    return budgets.Budget(
        "Bill",
        Condition="HasBudget",
        Budget=budgets.BudgetData(
            BudgetName=named("bill"),
            BudgetType="COST",
            TimeUnit="MONTHLY",
            BudgetLimit=budgets.Spend(Amount=Ref("MonthlyUsd"), Unit="USD"),
        ),
        NotificationsWithSubscribers=told,
    )
