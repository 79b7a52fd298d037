"""What a deployment needs before it begins: each check with what was found and how to mend it."""

import os
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from hub.mailing import domain_of
from infra.wheels import ARCHITECTURE, RUNTIME, interpreter

Clients = Callable[[str], Any]
FEW_AT_ONCE = 100
"""A new AWS account may run ten functions at once; a busy minute of this hub wants more."""
RECEIVING = "aws ses set-active-receipt-rule-set --rule-set-name hub-{stage}"


class Check(NamedTuple):
    """`is_needed`: without it nothing is deployed; all else only warns."""

    name: str
    is_good: bool
    told: str
    fix: str = ""
    is_needed: bool = False


def checks(stage: str, clients: Clients, env: Mapping[str, str] = os.environ) -> Iterator[Check]:
    """From what everything rests on to what only some stages need; ends where AWS cannot be asked."""
    yield _pip()
    yield _compiler()
    region = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION", "")
    yield Check("region", bool(region), region or "none", "Set AWS_REGION.", is_needed=True)
    who = _whose(clients) if region else Check("credentials", False, "not asked", is_needed=True)
    yield who
    if not (region and who.is_good):
        return
    yield _asked("functions at once", lambda: _at_once(clients))
    if domain_of(env):
        yield _asked("mail identity", lambda: _identity(clients, env["HUB_EMAIL_ADDRESS"]))
        yield _asked("mail received", lambda: _receiving(stage, clients))
    if "bedrock:" in env.get("HUB_MODEL", ""):
        yield _models(env)
    yield from _vendors(env)
    yield from _numbers(env)
    told = env.get("HUB_ALARM_ADDRESS", "")
    fix = "Set HUB_ALARM_ADDRESS to a mail address, or nobody hears of dead letters."
    yield Check("alarms", bool(told), told or "nobody is told", fix)


def _pip() -> Check:
    is_good = find_spec("pip") is not None
    found = f"pip, for {ARCHITECTURE} and {RUNTIME}" if is_good else "no pip"
    fix = "The locked wheels are fetched by pip: python -m ensurepip."
    return Check("bundles", is_good, found, fix, is_needed=True)


def _compiler() -> Check:
    found = interpreter(RUNTIME)
    fix = f"Put {RUNTIME} on the PATH, or each cold start compiles its modules anew."
    return Check("compiled ahead", bool(found), found or f"no {RUNTIME} on this machine", fix)


def _whose(clients: Clients) -> Check:
    fix = "Give AWS credentials, for example by `aws sso login` and AWS_PROFILE."
    try:
        found = clients("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        return Check("credentials", False, str(error), fix, is_needed=True)
    return Check("credentials", True, found["Arn"], is_needed=True)


def _asked(name: str, ask: Callable[[], Check]) -> Check:
    """A check whose question AWS may refuse: that is told, and stops nothing."""
    try:
        return ask()
    except (BotoCoreError, ClientError) as error:
        return Check(name, False, f"could not be asked: {error}", "Allow the deployer to ask.")


def _at_once(clients: Clients) -> Check:
    most = clients("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    fix = "Ask for more in Service Quotas (Lambda, concurrent executions)."
    return Check("functions at once", most >= FEW_AT_ONCE, str(most), fix)


def _identity(clients: Clients, address: str) -> Check:
    domain = address.rpartition("@")[2]
    found = clients("ses").get_identity_verification_attributes(Identities=[domain, address])
    known = found["VerificationAttributes"]
    states = {name: one["VerificationStatus"] for name, one in known.items()}
    fix = f"`hub deploy` makes it and names the DNS records that {domain} then needs."
    return Check("mail identity", "Success" in states.values(), str(states or "unknown"), fix)


def _receiving(stage: str, clients: Clients) -> Check:
    found = clients("ses").describe_active_receipt_rule_set().get("Metadata", {}).get("Name", "")
    fix = f"A region has one active rule set; after deploying: {RECEIVING.format(stage=stage)}"
    return Check("mail received", found == f"hub-{stage}", found or "no rule set is active", fix)


def _vendors(env: Mapping[str, str]) -> Iterator[Check]:
    """Credentials that come in pairs, and what goes with them."""
    for name, needs in (
        ("Slack", ("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN")),
        ("Twilio", ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")),
    ):
        missing = [one for one in needs if not env.get(one)]
        if len(missing) < len(needs):
            told = f"without {', '.join(missing)}" if missing else "complete"
            yield Check(name, not missing, told, f"Set {' and '.join(missing)} too.")
    if domain_of(env) and not env.get("HUB_SMTP_RELAY"):
        yield Check("mail sent", False, "no relay", "Set HUB_SMTP_RELAY, or mail is only received.")


def _models(env: Mapping[str, str]) -> Check:
    """An inference profile leads to its model in every region that it spans; each has to be allowed."""
    given = [one for one in env.get("HUB_MODEL_ARNS", "").split(",") if one]
    names = [
        one.removeprefix("bedrock:") for one in env["HUB_MODEL"].split(",") if "bedrock:" in one
    ]
    absent = [name for name in names if not any(name in one for one in given)]
    if absent:
        fix = "Set HUB_MODEL_ARNS: each model, or inference profile and its model in each region."
        return Check("models", False, f"no ARN of {', '.join(absent)}", fix)
    is_profile = any("inference-profile/" in one for one in given)
    regions = {one.split(":")[3] for one in given if "foundation-model/" in one}
    fix = "A profile needs its foundation model's ARN in each of its regions too (HUB_MODEL_ARNS)."
    told = f"{len(given)} ARNs, models of {', '.join(sorted(regions)) or 'no region'}"
    return Check("models", not is_profile or len(regions) > 1, told, fix)


def _numbers(env: Mapping[str, str]) -> Iterator[Check]:
    """What carriers want done before, and nobody can ask them from here."""
    numbers = [one.strip() for one in env.get("TWILIO_FROM", "").split(",") if one.strip()]
    if any(one.startswith("+1") for one in numbers):
        fix = "Register it with Twilio first (10DLC, or toll-free verification): days to weeks."
        yield Check(
            "numbers", False, "one of the USA or Canada; carriers block the unregistered", fix
        )
    if any(one.startswith("whatsapp:") for one in numbers):
        fix = "Have a template approved by Meta for what is said first, reminders for example."
        yield Check(
            "WhatsApp", False, "24 h after a person's last message only templates pass", fix
        )
