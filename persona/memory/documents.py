"""A person's own documents: texts kept whole under a title, each one sealed blob.

The blob's name carries its label (title, time, length), sealed as the text is, so that a listing
asks once and opens no text, and whoever reads the names alone learns how many there are and no more.
It stands with the home in which it was saved, so that linking opens it and unlinking closes it again
and nothing is moved.

A document is written once: to change one is to delete it and save it anew, so that no text is lost
by saving another, and saving again after a lost answer finds what it wrote.
"""

import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace

from persona.declare import Means
from persona.errors import Refused
from persona.ports import Blobs, Store
from persona.seal import unseal

MOST_DOCUMENTS = 100
MOST_BYTES = 200_000
MOST_TITLE = 100


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of one without opening it: `at` in epoch seconds, its blob's `name`.

    `rests` are the turns whose words it holds; of one that is not open, the one that saved it.
    """

    home: str
    title: str
    at: float
    characters: int
    name: str
    rests: tuple[str, ...] = ()


def read_title(text: str) -> str:
    """A title in one line, composed. Raises ValueError for one that is empty or too long."""
    title = " ".join(unicodedata.normalize("NFC", text).split())
    if not title or not title.isprintable():
        raise ValueError("a title has letters that can be seen")
    if len(title) > MOST_TITLE:
        raise ValueError(f"a title has at most {MOST_TITLE} characters")
    return title


def read_text(text: str) -> str:
    """A document's text as it is. Raises ValueError where it is too large."""
    if len(text.encode()) > MOST_BYTES:
        raise ValueError(f"a document has at most {MOST_BYTES // 1_000} KB")
    return text


def listed(means: Means) -> list[Document]:
    """All of them in the homes that are open here, oldest first."""
    found = [one for home in means.homes for one in _kept(home, means)]
    return sorted(found, key=lambda one: (one.at, one.name))


def find(title: str, means: Means) -> Document | None:
    """The document of this title, in upper or lower case."""
    return next((one for one in listed(means) if _same(one.title, title)), None)


def save(title: str, text: str, means: Means) -> Document:
    """Keeps it. Raises Refused where the title is taken or there are too many."""
    home = means.homes[0]
    place = _folder(home) + means.idempotency_key
    kept = listed(means)
    for one in kept:
        if one.name.startswith(f"{place}."):  # this very act, at an earlier try
            return one
        if _same(one.title, title):
            raise Refused(f"there is already a document called “{one.title}”", "taken")
    if sum(one.home == home for one in kept) >= MOST_DOCUMENTS:
        raise Refused(f"{MOST_DOCUMENTS} documents are kept, which is the most", "full")
    label = [title, means.clock.now(), len(text), *means.causes[:1]]
    spelled = urlsafe_b64encode(means.seal(home, f"{place} label", label)).decode()
    name, content = f"{place}.{spelled}", [text, *means.causes]
    means.blobs.put(name, means.seal(home, f"{place} text", content))
    return _opened(home, name, means)


def read(title: str, means: Means) -> tuple[Document, str]:
    """The document of this title and its whole text. Raises Refused where there is none."""
    document = find(title, means)
    sealed = means.blobs.get(document.name) if document else None
    if document is None or sealed is None:
        raise Refused(f"there is no document called “{title}”", "absent")
    text, *rests = means.unseal(document.home, f"{_place(document.name)} text", sealed)
    return replace(document, rests=tuple(rests)), text


def delete(document: Document, means: Means) -> None:
    """For good; deleting what is gone is fine."""
    means.blobs.delete(document.name)


# Beside a capability


def names(blobs: Blobs, home: str) -> list[str]:
    """The blobs of all documents of a home."""
    return blobs.list(_folder(home))


def saved_by(blobs: Blobs, home: str, act: str) -> list[str]:
    """The blob of the document that this act saved, if it did."""
    return blobs.list(f"{_folder(home)}{act}.")


def opened(store: Store, blobs: Blobs, home: str, name: str) -> tuple[Document, str] | None:
    """A document and its whole text; None where it was deleted meanwhile."""
    sealed, owner = blobs.get(name), f"home:{home}"
    if sealed is None:
        return None
    label = urlsafe_b64decode(name.partition(".")[2])
    title, at, characters, *_ = unseal(store, owner, f"{_place(name)} label", label)
    text, *rests = unseal(store, owner, f"{_place(name)} text", sealed)
    return Document(home, title, at, characters, name, tuple(rests)), text


def _kept(home: str, means: Means) -> list[Document]:
    return [_opened(home, name, means) for name in means.blobs.list(_folder(home))]


def _folder(home: str) -> str:
    return f"documents/{home}/"


def _place(name: str) -> str:
    return name.partition(".")[0]


def _opened(home: str, name: str, means: Means) -> Document:
    sealed = urlsafe_b64decode(name.partition(".")[2])
    title, at, characters, *rests = means.unseal(home, f"{_place(name)} label", sealed)
    return Document(home, title, at, characters, name, tuple(rests))


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
