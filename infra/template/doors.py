"""The two APIs: HTTP with the routes that the catalog has, and the page's WebSocket."""

import json
from typing import Any

from troposphere import GetAtt, Join, Output, Ref, Sub, Template, logs
from troposphere import apigatewayv2 as gateway

from infra.template.functions import DOOR_SECONDS, LOG_DAYS, invoking
from infra.template.stage import (
    HERE,
    PARTITION,
    PREFIX,
    logical,
    named,
    public_url,
    wide,
    with_secrets,
)
from persona import catalog

WAITS = (DOOR_SECONDS + 4) * 1000
"""Milliseconds until the gateway gives up a function, which has given up by itself before."""
TOLD = ("requestId", "routeKey", "status", "responseLatency", "responseLength", "error.message")
"""What the gateway writes down of a request: never whose it is, its path's rest or its query."""
LIVE = "live"
SOCKET_ROUTES = ("$connect", "$disconnect", "$default")


def add_doors(template: Template) -> None:
    """Both, and where they are reached."""
    _add_http(template)
    _add_sockets(template)
    template.add_output(Output("PublicUrl", Value=public_url(), Description="The page."))
    socket = Sub("wss://${Sockets}.execute-api.${AWS::Region}.${AWS::URLSuffix}/" + LIVE)
    template.add_output(Output("SocketsUrl", Value=socket, Description="The page's WebSocket."))
    for name in with_secrets():
        for _, path in catalog.surfaces()[name].routes:
            template.add_output(
                Output(
                    logical(path.replace("/", "-"), "Url"),
                    Value=Join("", [public_url(), path]),
                    Description=f"What {name}'s vendor is told to call.",
                )
            )


def _add_http(template: Template) -> None:
    template.add_resource(gateway.Api("Doors", Name=named("doors"), ProtocolType="HTTP"))
    log = logs.LogGroup(
        "DoorsLog", LogGroupName=Sub(f"/aws/apigateway/{PREFIX}doors"), RetentionInDays=LOG_DAYS
    )
    template.add_resource(log)
    line = json.dumps({name: f"$context.{name}" for name in TOLD}, separators=(",", ":"))
    template.add_resource(
        gateway.Stage(
            "DoorsStage",
            ApiId=Ref("Doors"),
            StageName="$default",
            AutoDeploy=True,
            AccessLogSettings=gateway.AccessLogSettings(
                DestinationArn=GetAtt("DoorsLog", "Arn"), Format=line
            ),
        )
    )
    for surface in catalog.surfaces().values():
        if surface.routes:
            _add_door(template, f"ingress-{surface.name}", surface.routes)
        for part in surface.parts:
            _add_door(template, f"ingress-{surface.name}-{part.name}", part.routes)


def _add_door(template: Template, function: str, routes: Any) -> None:
    title = logical(function, "Door")
    template.add_resource(_integration(title, "Doors", function, PayloadFormatVersion="2.0"))
    for method, path in routes:
        below = path.removesuffix("*") + "{below+}" if path.endswith("*") else path
        words = (method.lower(), *path.replace("*", "below").split("/"))
        route = logical("Route", *words)
        template.add_resource(_route(route, "Doors", f"{method} {below}", title))
    source = Sub(f"{PARTITION}execute-api:{HERE}:${{Doors}}/*")
    template.add_resource(invoking(function, "apigateway", source, Metadata=wide("doors")))


def _integration(title: str, api: str, function: str, **more: Any) -> gateway.Integration:
    where = Sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "${Function}/invocations",
        Function=GetAtt(logical(function), "Arn"),
    )
    return gateway.Integration(
        title,
        ApiId=Ref(api),
        IntegrationType="AWS_PROXY",
        IntegrationUri=where,
        TimeoutInMillis=WAITS,
        **more,
    )


def _route(title: str, api: str, key: str, integration: str) -> gateway.Route:
    target = Join("/", ["integrations", Ref(integration)])
    return gateway.Route(title, ApiId=Ref(api), RouteKey=key, Target=target)


def _add_sockets(template: Template) -> None:
    template.add_resource(
        gateway.Api(
            "Sockets",
            Name=named("sockets"),
            ProtocolType="WEBSOCKET",
            RouteSelectionExpression="$request.body.action",
        )
    )
    template.add_resource(_integration("SocketDoor", "Sockets", "socket"))
    routes = {logical("Route", "socket", key.removeprefix("$")): key for key in SOCKET_ROUTES}
    for title, key in routes.items():
        template.add_resource(_route(title, "Sockets", key, "SocketDoor"))
    # After the routes: a WebSocket API without one is not deployed.
    stage = gateway.Stage("SocketsStage", ApiId=Ref("Sockets"), StageName=LIVE, AutoDeploy=True)
    stage.resource["DependsOn"] = [*routes]
    template.add_resource(stage)
    source = Sub(f"{PARTITION}execute-api:{HERE}:${{Sockets}}/{LIVE}/*")
    template.add_resource(invoking("socket", "apigateway", source, Metadata=wide("doors")))
