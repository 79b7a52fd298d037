"""What a capability keeps: where it was declared, in the person's homes, and nowhere else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backends.local.blobs import Blobs
from persona.acts.perform import OwnBlobs
from persona.errors import Broken

OWN, OTHERS = "documents/ANN/one", ("documents/BOB/one", "documents/ANNIE/one", "mail/1", "ANN", "")
ASKS: dict[str, Callable[[OwnBlobs, str], object]] = {
    "put": lambda blobs, name: blobs.put(name, b"words"),
    "get": lambda blobs, name: blobs.get(name),
    "list": lambda blobs, name: blobs.list(name),
    "delete": lambda blobs, name: blobs.delete(name),
}


@pytest.fixture
def kept(tmp_path: Path) -> Blobs:
    kept = Blobs(tmp_path, b"k" * 32)
    for name in OTHERS[:3]:
        kept.put(name, b"another's")
    return kept


def test_its_own_are_kept_listed_and_deleted(kept: Blobs) -> None:
    own = OwnBlobs(kept, ("documents/ANN/*",))
    own.put(OWN, b"words")
    assert (own.get(OWN), own.list("documents/ANN/")) == (b"words", [OWN])
    own.delete(OWN)
    assert own.get(OWN) is None


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize("name", OTHERS)
def test_anothers_are_out_of_reach(kept: Blobs, ask: str, name: str) -> None:
    own = OwnBlobs(kept, ("documents/ANN/*",))
    with pytest.raises(Broken):
        ASKS[ask](own, name)
    with pytest.raises(Broken):
        ASKS[ask](OwnBlobs(kept, ()), OWN)
    assert all(kept.get(one) == b"another's" for one in OTHERS[:3])
