"""A text goes out in as many messages as its alphabet makes of it."""

import pytest

from persona.model import Address
from surfaces import sms
from surfaces._segments import segments_of


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("€" * 152, 2),  # 76 in each message: none is cut in two
        ("€" * 153, 3),
        ("é" * 160, 1),
        ("ç" * 70, 1),
        ("ç" * 71, 2),
        ("ç" * 134, 2),
        ("ç" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),  # 33 in each message
        ("😀" * 67, 3),
        ("“quoted”" + "a" * 62, 1),
        ("“quoted”" + "a" * 63, 2),
    ],
)
def test_a_text_takes_so_many_messages(text: str, segments: int) -> None:
    assert segments_of(text) == segments


def test_whatsapp_takes_none_of_them() -> None:
    assert sms.segments(Address("sms", "+14155550101"), "hi") == 1
    assert sms.segments(Address("sms", "whatsapp:+14155550101"), "hi") == 0
