"""Mail in: SES lays a raw mail among the blobs, then says so; and what it tells of mail that was sent.

A region has one active rule set, which CloudFormation cannot choose: `aws ses
set-active-receipt-rule-set` does, once.
"""

from typing import Any

from troposphere import GetAtt, Output, Ref, Sub, Template, ses, sns

from infra.template.data import RECEIVED
from infra.template.functions import invoking
from infra.template.stage import address, logical, named

MAYBE: dict[str, Any] = {"Condition": "HasMail"}


def add_mail(template: Template) -> None:
    """All of it only where the stage has an address."""
    function = GetAtt(logical("mail"), "Arn")
    rules = ses.ReceiptRuleSet("Receipts", RuleSetName=Sub("hub-${Stage}"), **MAYBE)
    template.add_resource(rules)
    lays = ses.Action(S3Action=ses.S3Action(BucketName=Ref("Blobs"), ObjectKeyPrefix=RECEIVED))
    tells = ses.Action(LambdaAction=ses.LambdaAction(FunctionArn=function, InvocationType="Event"))
    rule = ses.Rule(
        Name="mail",
        Enabled=True,
        ScanEnabled=True,
        TlsPolicy="Optional",
        Recipients=[Ref("EmailAddress")],
        Actions=[lays, tells],
    )
    after = ["BlobsPolicy", logical("mail", "From", "ses")]
    template.add_resource(
        ses.ReceiptRule("Receipt", RuleSetName=Ref("Receipts"), Rule=rule, DependsOn=after, **MAYBE)
    )
    own: dict[str, Any] = {"SourceAccount": Ref("AWS::AccountId")}
    template.add_resource(invoking("mail", "ses", address("receipts"), **own, **MAYBE))
    _add_feedback(template)


def _add_feedback(template: Template) -> None:
    """A topic for complaints and bounces, to be named where the sending identity is set up."""
    heard = sns.Subscription(Protocol="lambda", Endpoint=GetAtt(logical("mail"), "Arn"))
    template.add_resource(
        sns.Topic("Feedback", TopicName=named("feedback"), Subscription=[heard], **MAYBE)
    )
    said = {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": Ref("Feedback"),
        "Condition": {"StringEquals": {"AWS:SourceAccount": Ref("AWS::AccountId")}},
    }
    told = {"Version": "2012-10-17", "Statement": [said]}
    template.add_resource(
        sns.TopicPolicy("FeedbackPolicy", Topics=[Ref("Feedback")], PolicyDocument=told, **MAYBE)
    )
    template.add_resource(invoking("mail", "sns", Ref("Feedback"), **MAYBE))
    about = "Whom SES is to tell of complaints and bounces."
    template.add_output(Output("FeedbackTopic", Value=Ref("Feedback"), Description=about, **MAYBE))
