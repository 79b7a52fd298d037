"""The family for AWS: DynamoDB, SQS, Lambda, EventBridge Scheduler, S3, KMS and SSM."""
