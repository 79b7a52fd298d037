"""Who the persona is: one file, closed, with a stamp that knows every byte."""

import re
from pathlib import Path

import pytest

from persona.identity.load import DEFAULT, load

TEXT = DEFAULT.read_text(encoding="utf-8")


def written(folder: Path, text: str) -> Path:
    path = folder / "identity.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_default_says_who_this_is_in_all_four_layers() -> None:
    identity = load()
    assert identity.name
    assert identity.about
    assert len(identity.constructs) >= 3
    assert len(identity.patterns) >= 3
    assert identity.structures
    assert {"slack", "sms", "email", "web"} <= set(identity.style.surfaces)
    assert re.fullmatch(rf"{identity.version}-[0-9a-f]{{12}}", identity.stamp)


def test_the_last_thing_kept_when_a_model_fails_is_the_reflex_brain() -> None:
    orders = [structure.keep for structure in load().structures if "model" in structure.when]
    assert [order[-1] for order in orders] == ["reflex"]


def test_every_byte_changes_the_stamp(folder: Path) -> None:
    stamps = {load(written(folder, text)).stamp for text in (TEXT, TEXT + "\n", TEXT + "# x")}
    stamps.add(load(written(folder, TEXT.replace("warm", "warn", 1))).stamp)
    assert len(stamps) == 4
    assert load(written(folder, TEXT)).stamp == load().stamp


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ('name = "Wren"', 'name = "Wren"\nmood = "blue"', "mood"),
        ('name = "Wren"', "", "name"),
        ("version = 3", 'version = "three"', "version"),
        ("[stances.skeptic]", "[stances.cynic]", "cynic"),
        ("“{words}”", "“{wish}”", "retries.offer asks for {wish}"),
        ('concern = "How', 'worry = "How', "concern"),
        ('about = ["promise"', 'about = ["gossip"', "about"),
        ("[style]", '[style]\nvolume = "loud"', "volume"),
        ('tension = "The truth', 'tensions = "The truth', "tensions"),
        ('keep = ["model", "reflex"]', 'keep = "model"', "keep"),
    ],
)
def test_a_file_that_does_not_say_who_this_is_is_refused_by_field(
    folder: Path, before: str, after: str, field: str
) -> None:
    assert before in TEXT
    with pytest.raises(ValueError, match=field):
        load(written(folder, TEXT.replace(before, after, 1)))
