"""What wakes plans: the state machine by a published version's alias, and the group of all schedules.

A deployment publishes: the function's version bears the folder of its bundles and what the
settings amount to, which are others for other code and settings, and the machine's its revision.
Executions that wait go on by the old version's words.
"""

import json

from troposphere import GetAtt, Ref, Sub, Template, awslambda, scheduler, stepfunctions

from infra.machine import ALIAS, NAME, definition
from infra.template.stage import logical, named, published


def add_plans(template: Template) -> None:
    """The function's alias, the machine that calls it, and the group."""
    group = scheduler.ScheduleGroup("Schedules", Name=Sub("hub-${Stage}"))
    template.add_resource(group)
    function = Ref(logical("plan"))
    version = awslambda.Version("PlanVersion", FunctionName=function, Description=published())
    template.add_resource(version)
    template.add_resource(
        awslambda.Alias(
            "PlanLive",
            FunctionName=function,
            FunctionVersion=GetAtt("PlanVersion", "Version"),
            Name=ALIAS,
        )
    )
    template.add_resource(
        stepfunctions.StateMachine(
            "Plans",
            StateMachineName=named(NAME),
            StateMachineType="STANDARD",
            RoleArn=GetAtt(logical("plans", "Role"), "Arn"),
            # As a text, since a template takes no null.
            DefinitionString=json.dumps(definition("${PlanLive}"), separators=(",", ":")),
            DefinitionSubstitutions={"PlanLive": Ref("PlanLive")},
        )
    )
    template.add_resource(
        stepfunctions.StateMachineVersion(
            "PlansVersion",
            StateMachineArn=Ref("Plans"),
            StateMachineRevisionId=GetAtt("Plans", "StateMachineRevisionId"),
        )
    )
    whole = stepfunctions.RoutingConfigurationVersion(
        StateMachineVersionArn=Ref("PlansVersion"), Weight=100
    )
    template.add_resource(
        stepfunctions.StateMachineAlias("PlansLive", Name=ALIAS, RoutingConfiguration=[whole])
    )
