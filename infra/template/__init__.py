"""The CloudFormation template, by room, and nothing in it that the catalog or the code does not say."""
