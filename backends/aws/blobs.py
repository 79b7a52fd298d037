"""Large things as objects of one S3 bucket; a blob's name is its key."""

from collections.abc import Callable
from typing import Any

from backends.aws._clients import translating


class Blobs:
    """Implements `persona.ports.Blobs`; the bucket encrypts what it keeps.

    The function's role may list the bucket: without that, S3 answers 403 for what is not there.
    """

    def __init__(self, client: Callable[[], Any], bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, name: str, data: bytes) -> None:
        with translating():
            self._client().put_object(Bucket=self._bucket, Key=name, Body=data)

    def get(self, name: str) -> bytes | None:
        with translating(but={"NoSuchKey"}):
            return self._client().get_object(Bucket=self._bucket, Key=name)["Body"].read()
        return None

    def list(self, prefix: str) -> list[str]:
        names: list[str] = []
        page: dict[str, Any] = {}
        while True:
            with translating():
                found = self._client().list_objects_v2(Bucket=self._bucket, Prefix=prefix, **page)
            names += [one["Key"] for one in found.get("Contents", ())]
            if not found.get("IsTruncated"):
                return sorted(names)
            page = {"ContinuationToken": found["NextContinuationToken"]}

    def delete(self, name: str) -> None:
        with translating():
            self._client().delete_object(Bucket=self._bucket, Key=name)
