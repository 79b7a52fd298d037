"""What is kept: rows, keys, blobs. All of it stays when the stage is deleted, and refuses to be replaced.

Rows and queues are encrypted with keys of AWS's own, since a person's words are sealed under the
person's key before they get there; `Master` wraps those keys and nothing else.
"""

from typing import Any

from troposphere import Ref, Sub, Template, dynamodb, kms, s3

from backends.aws._shape import KEYS_TABLE, TABLE, TABLE_EXPIRY
from infra.template.stage import PARTITION, address, named, wide

KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
RECEIVED = "mail/"
"""Where SES lays raw mails, for `functions/mail.py`."""


def add_data(template: Template) -> None:
    """The tables, the key that wraps keys, the bucket and who may lay a mail there."""
    encrypted = {"SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"}}
    guarded = {**encrypted, "DeletionProtectionEnabled": True}
    rows: dict[str, Any] = {
        **TABLE,
        **guarded,
        "TableName": Sub("hub-${Stage}"),
        "TimeToLiveSpecification": TABLE_EXPIRY,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    }
    template.add_resource(_kept(dynamodb.Table.from_dict("Table", rows)))
    wrapped: dict[str, Any] = {**KEYS_TABLE, **guarded, "TableName": named("keys")}
    # Without recovery: a restore would bring destroyed keys back.
    template.add_resource(_kept(dynamodb.Table.from_dict("KeysTable", wrapped)))
    template.add_resource(_kept(_master()))
    template.add_resource(
        kms.Alias("MasterAlias", AliasName=Sub("alias/hub-${Stage}"), TargetKeyId=Ref("Master"))
    )
    template.add_resource(_kept(_blobs()))
    template.add_resource(
        s3.BucketPolicy(
            "BlobsPolicy",
            Bucket=Ref("Blobs"),
            PolicyDocument=laying_mails(),
            Condition="HasMail",
            Metadata=wide("mail"),
        )
    )


def _kept(resource: Any) -> Any:
    for name, value in KEPT.items():
        resource.resource[name] = value
    return resource


def _master() -> kms.Key:
    return kms.Key(
        "Master",
        Description=Sub("Wraps the data keys of hub ${Stage}."),
        EnableKeyRotation=True,
        KeyPolicy=key_policy(),
        Metadata=wide("master"),
    )


def key_policy() -> dict[str, Any]:
    """Leaves it to the roles of the hub's own AWS account, as KMS makes keys."""
    root = Sub(PARTITION + "iam::${AWS::AccountId}:root")
    said = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [said]}


def _blobs() -> s3.Bucket:
    """Without versions: what is erased is gone."""
    closed = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    sealed = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    return s3.Bucket.from_dict(
        "Blobs",
        {
            "BucketName": Sub("hub-${Stage}-blobs-${AWS::AccountId}-${AWS::Region}"),
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [sealed]},
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "PublicAccessBlockConfiguration": dict.fromkeys(closed, True),
        },
    )


def laying_mails() -> dict[str, Any]:
    """SES lays down what this stage's own receipt rule received, and nobody else's."""
    asked = {"AWS:SourceAccount": Ref("AWS::AccountId"), "AWS:SourceArn": address("receipts")}
    said = {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": address(f"blobs/{RECEIVED}*"),
        "Condition": {"StringEquals": asked},
    }
    return {"Version": "2012-10-17", "Statement": [said]}
