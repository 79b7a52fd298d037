"""A turn's wish to link or unlink, as an act of the link function."""

from collections.abc import Mapping

from persona import ids
from persona.model import Act, Event, Place


def to_link(
    place: Place, event: Event, wished: Mapping[str, str], version: int, now: float
) -> Act | None:
    """The act of what `Decision.link` says; None where it says nothing."""
    if not wished:
        return None
    wish = dict(wished)
    return Act(
        function="link",
        lane=place.lane,
        home=place.home,
        after=f"{ids.ordered(version)}#01",
        address=event.address,
        thread=event.thread,
        text=wish.pop("verb"),
        cause=event.correlation,
        at=now,
        detail={**event.detail, **wish},
        due=now,
    )
