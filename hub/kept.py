"""What a stage leaves behind when it is deleted: its data, found again or deleted for good.

Names are the template's own. A key has none that outlives its stack, so it is known by what it says
of itself. A key is deleted after KMS's shortest wait, within which `aws kms cancel-key-deletion`
brings it, and all that it opens, back.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from hub.deploy import Clients, Place
from infra.template.resolve import Stage
from infra.template.settings import WRITTEN
from persona.errors import Broken

Kept = Mapping[str, Mapping[str, str]]
"""Resources by their name in the template: what identifies each in AWS."""
TABLES = ("Table", "KeysTable")
DAYS_UNTIL_GONE = 7
MOST_AT_ONCE = 1000
ABSENT = ("ResourceNotFoundException", "404", "NoSuchBucket")


def find(place: Place, clients: Clients) -> Kept:
    """What of the stage's data stands in AWS now."""
    whole = json.loads(WRITTEN.read_text())
    known = {
        "Stage": place.stage,
        "AWS::Region": place.region,
        "AWS::AccountId": place.owner,
    }
    stage = Stage(whole, known)
    told = {name: one["Properties"] for name, one in whole["Resources"].items()}
    found: dict[str, dict[str, str]] = {}
    for one in TABLES:
        name = stage.resolve(told[one]["TableName"])
        if _is_there(lambda name=name: clients("dynamodb").describe_table(TableName=name)):
            found[one] = {"TableName": name}
    key = _key(stage.resolve(told["Master"]["Description"]), clients)
    if key:
        found["Master"] = {"KeyId": key}
    bucket = stage.resolve(told["Blobs"]["BucketName"])
    if _is_there(lambda: clients("s3").head_bucket(Bucket=bucket)):
        found["Blobs"] = {"BucketName": bucket}
    return found


def _key(description: str, clients: Clients) -> str:
    """The key that says this of itself and is not about to go; empty where there is none.

    Raises Broken for several: which of them opens what is kept nothing here can tell.
    """
    client, found = clients("kms"), list[str]()
    for page in client.get_paginator("list_keys").paginate():
        for one in page["Keys"]:
            told = client.describe_key(KeyId=one["KeyId"])["KeyMetadata"]
            if told.get("Description") == description and told["KeyState"] == "Enabled":
                found.append(told["KeyId"])
    if len(found) > 1:
        keys = ", ".join(found)
        raise Broken(
            f"Several keys say “{description}”: {keys}. Disable those that opened nothing."
        )
    return next(iter(found), "")


def delete(kept: Kept, place: Place, clients: Clients) -> list[str]:
    """Deletes it for good, the credentials in SSM with it; returns what was deleted, by name."""
    for one in TABLES:
        if one in kept:
            client = clients("dynamodb")
            client.update_table(**kept[one], DeletionProtectionEnabled=False)
            client.get_waiter("table_exists").wait(**kept[one])
            client.delete_table(**kept[one])
    if "Blobs" in kept:
        _empty(kept["Blobs"]["BucketName"], clients)
        clients("s3").delete_bucket(Bucket=kept["Blobs"]["BucketName"])
    if "Master" in kept:
        clients("kms").schedule_key_deletion(
            KeyId=kept["Master"]["KeyId"], PendingWindowInDays=DAYS_UNTIL_GONE
        )
    secrets = _forget_secrets(f"/hub/{place.stage}/", clients)
    return [*(next(iter(one.values())) for one in kept.values()), *secrets]


def _empty(bucket: str, clients: Clients) -> None:
    client = clients("s3")
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        keys = [{"Key": one["Key"]} for one in page.get("Contents", ())]
        if keys:
            client.delete_objects(Bucket=bucket, Delete={"Objects": keys[:MOST_AT_ONCE]})


def _forget_secrets(path: str, clients: Clients) -> list[str]:
    client = clients("ssm")
    pages = client.get_paginator("get_parameters_by_path").paginate(Path=path.rstrip("/"))
    names = [one["Name"] for page in pages for one in page["Parameters"]]
    for start in range(0, len(names), 10):
        client.delete_parameters(Names=names[start : start + 10])
    return names


def _is_there(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return False
        raise
    return True
