"""What became of a wish, told by code where it was spoken, in a line that a person understands."""

from persona.decision import Decision
from persona.memory.standing import Standing
from persona.model import Event, shortened
from persona.people import consent
from persona.ports import Ports

MOST_SHOWN = 3_000
"""Characters of what came back that are shown at once."""
DONE = "Done: {shown}."
BROUGHT = "Done: {shown}. This came back:\n{result}"
FAILED = "I could not do this: {shown}. The reason: {reason}. Nothing was done."
UNSURE = (
    "I do not know whether this was done: {shown}. The answer was lost ({reason}), and I do not "
    "repeat it by myself."
)


def told(standing: Standing, event: Event, ports: Ports) -> Decision:
    """The turn on an outcome: what is told of it."""
    about = event.detail
    shown, reason = about["shown"], about.get("reason", "")
    result = about.get("result_text", "")
    if about["state"] in ("sent", "delivered"):
        said = BROUGHT if result else DONE
    else:
        said = UNSURE if about["state"] == "unknown" else FAILED
    reply = said.format(shown=shown, reason=reason, result=shortened(result, MOST_SHOWN))
    closed = {about["to"]: reason} if reason in consent.REPORTED and about.get("to") else {}
    seen = int(about.get("result_sensitivity", "0"))
    return Decision(reply=reply, mind="none", suppress=closed, shown=seen)


def is_read(event: Event, ports: Ports) -> bool:
    """Whether it is something that was read, and came back: a mind may answer with it."""
    capability = ports.capabilities.get(event.detail.get("capability", ""))
    is_done = event.detail["state"] in ("sent", "delivered")
    return is_done and capability is not None and capability.effect == "read"
