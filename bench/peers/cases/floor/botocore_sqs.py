"""One client without boto3's resource layer."""

from botocore.session import Session

sqs = Session().create_client("sqs")
