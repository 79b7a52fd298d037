"""What a turn wished done and what was decided of it, as a person reads the ledger's words."""

from collections.abc import Mapping

from persona.mind.wishing import UNKNOWN

TRIED = {
    "allow": "In it I took on to {what}.",
    "ask": "In it I was to {what}, and asked you first: {why}.",
    "deny": "In it I was to {what}, and did not: {why}.",
}
WHY = {
    "halted": "I was stopped",
    "unknown": "there is no such thing that I can do",
    "is off": "you switched it off",
    "is unfit": "it did not fit",
    "is exposed": "it was wished where others listen, or by nobody proven",
    "is over": "today's limit was reached",
    "is unwanted": "that address wants no messages",
    "goes astray": "it was to go where I had no leave to send",
    "needs a yes": "it could not be undone, or words of others had been read",
}
"""The judge's rules, as a person reads them."""


def told(wished: Mapping[str, str]) -> str:
    """One wish of a ledger row: what, what was decided, why, and whose words stood before it."""
    what = wished["capability"].replace("_", " ")
    what = "do something unknown" if what == UNKNOWN else what
    read = f" Words of others were read before: {wished['tainted']}." if "tainted" in wished else ""
    why = WHY.get(wished["why"], wished["why"])
    return TRIED[wished["decision"]].format(what=what, why=why) + read
