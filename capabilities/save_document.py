"""Keeping a text of the person's as a document of theirs."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from persona.declare import Means, Result, Statement, capability
from persona.memory import documents


class Arguments(BaseModel):
    """What to keep, and what to call it."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    title: Annotated[str, AfterValidator(documents.read_title)] = Field(
        description="What to call the document, in one line.",
        max_length=documents.MOST_TITLE,
    )
    text: Annotated[str, AfterValidator(documents.read_text)] = Field(
        description="The whole text of the document.",
        min_length=1,
        max_length=documents.MOST_BYTES,
    )


@capability(
    effect="write",
    undo="delete_document",
    keyed=True,
    statements=(Statement(("s3:ListBucket", "s3:PutObject"), ("blobs/documents/{home}/*",)),),
    asks="save the document “{title}”:\n“{text}”",
    heard=(
        r"(?:please\s+)?save\s+(?:the\s+|a\s+)?document\s+(?P<title>[^:\n]+?)\s*:\s*(?P<text>\S.*)",
    ),
    say="save document TITLE: TEXT",
    brief="keeps it whole",
)
def save_document(arguments: Arguments, means: Means) -> Result:
    """Keeps a text as one of the person's own documents, whole, under a title that none has yet."""
    kept = documents.save(arguments.title, arguments.text, means)
    return Result(f"“{kept.title}” is saved ({kept.characters:,} characters).", sensitivity=1)
