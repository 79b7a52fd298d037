"""A client that a capability is given asks for what was declared, and for nothing else."""

from pathlib import Path

import pytest

from backends.aws._declared import action
from backends.local.family import open_family
from persona.errors import Broken
from tests.aws import BUCKET, AwsFamily


def test_a_declared_operation_is_asked_and_no_other_is() -> None:
    family = AwsFamily()
    family.blobs.put("documents/one", b"words")
    client = family.ports()["client"]("s3", ["s3:GetObject", "s3:ListBucket"])
    assert client.get_object(Bucket=BUCKET, Key="documents/one")["Body"].read() == b"words"
    assert client.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1
    for method in ("delete_object", "put_object", "list_buckets", "get_paginator", "meta"):
        with pytest.raises(Broken, match="was not declared"):
            getattr(client, method)
    family.close()


def test_iam_has_names_of_its_own_for_some() -> None:
    assert action("s3", "ListObjectsV2") == "s3:ListBucket"
    assert action("sqs", "SendMessage") == "sqs:SendMessage"


def test_the_local_stage_has_no_aws(tmp_path: Path) -> None:
    family = open_family(tmp_path, {}, durable=False)
    with pytest.raises(Broken, match="no s3 in the local stage"):
        family.ports()["client"]("s3", ["s3:GetObject"])
    family.close()
