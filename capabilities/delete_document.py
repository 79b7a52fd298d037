"""Deleting one of the person's own documents for good."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from persona.declare import Means, Result, Statement, capability
from persona.memory import documents


class Arguments(BaseModel):
    """Which document."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    title: Annotated[str, AfterValidator(documents.read_title)] = Field(
        description="The document's title.", max_length=documents.MOST_TITLE
    )


@capability(
    effect="write",
    destructive=True,
    statements=(Statement(("s3:DeleteObject", "s3:ListBucket"), ("blobs/documents/{home}/*",)),),
    asks="delete the document “{title}” for good",
    heard=(r"(?:please\s+)?delete\s+(?:the\s+|my\s+)?document\s+(?P<title>\S.*)",),
    say="delete document TITLE",
    brief="deletes it for good",
)
def delete_document(arguments: Arguments, means: Means) -> Result:
    """Deletes one of the person's own documents for good."""
    document = documents.find(arguments.title, means)
    if document is None:  # which is how it looks, too, when an earlier try's answer was lost
        return Result(f"There is no document called “{arguments.title}”.", sensitivity=1)
    documents.delete(document, means)
    return Result(f"“{document.title}” is deleted.", sensitivity=1, rests=document.rests)
