"""A stage's mail domain in SES: the identity that it is known by, and the DNS records that prove it."""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from hub.deploy import Clients
from infra.template.settings import NO_MAIL


def domain_of(env: Mapping[str, str]) -> str:
    """Whose mail the stage takes; empty where it takes none."""
    address = env.get("HUB_EMAIL_ADDRESS", "")
    return "" if address == NO_MAIL else address.rpartition("@")[2]


def tokens(domain: str, clients: Clients) -> list[str]:
    """The DKIM tokens of the domain's identity, which is made where there is none yet."""
    client = clients("sesv2")
    try:
        found: dict[str, Any] = client.get_email_identity(EmailIdentity=domain)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        found = client.create_email_identity(EmailIdentity=domain)
    return list(found.get("DkimAttributes", {}).get("Tokens", ()))


def records(domain: str, region: str, proofs: list[str]) -> Iterator[str]:
    """What the domain's DNS has to say: who takes its mail, and that SES may sign for it."""
    yield f"{domain}. MX 10 inbound-smtp.{region}.amazonaws.com."
    for one in proofs:
        yield f"{one}._domainkey.{domain}. CNAME {one}.dkim.amazonses.com."
