"""Which documents the person keeps."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from persona.declare import Means, Result, Statement, capability
from persona.figures import Figure
from persona.memory import documents


class Arguments(BaseModel):
    """Nothing to choose: all of them are listed."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


@capability(
    effect="read",
    returns_sensitivity=1,
    statements=(Statement(("s3:ListBucket",), ("blobs/documents/{home}/*",)),),
    facts={"count": Figure("count", "documents", r"documents?")},
    asks="list your documents",
    heard=(r"(?:list\s+)?(?:my\s+)?documents\W*",),
    say="documents",
    brief="lists what you keep here",
)
def list_documents(arguments: Arguments, means: Means) -> Result:
    """Lists the titles of the person's own documents, with when each was saved and its length."""
    kept, zone = documents.listed(means), ZoneInfo(means.settings.timezone)
    lines = [
        f"{one.title} · {datetime.fromtimestamp(one.at, zone):%Y-%m-%d %H:%M} · "
        f"{one.characters:,} characters"
        for one in kept
    ]
    rests = tuple(dict.fromkeys(turn for one in kept for turn in one.rests))
    return Result(
        "\n".join(lines) or "You keep no documents here.",
        sensitivity=1,
        rests=rests,
        facts={"count": len(kept)},
    )
