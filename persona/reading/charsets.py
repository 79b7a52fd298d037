"""Decodes bytes whose declared charset may be wrong, unknown or missing; no bytes are refused."""

import codecs
import re

_NO_CHARSETS = frozenset("idna punycode unicode_escape raw_unicode_escape undefined".split())
"""Codecs between text and text, or escapes, are no charsets; punycode is also quadratic."""
_WIDER = {
    "ascii": "cp1252",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
}
"""What is really sent under these names."""
_MENDED = frozenset("utf-8 gb18030 gbk gb2312 cp932 shift_jis".split())
"""Charsets in which a few broken letters are likelier than another charset."""


def decode_text(data: bytes, charset: str) -> str:
    """Declared charset, then UTF-8, then a guess, then cp1252 with what it lacks replaced."""
    declared = _codec(charset)
    exact = "" if declared in ("ascii", "iso8859-1") else declared
    for name in filter(None, (exact, "utf-8", _WIDER.get(declared))):
        try:
            return data.decode(name)
        except (LookupError, ValueError):
            continue
    if declared in _MENDED:
        mended = data.decode(_WIDER.get(declared, declared), "replace")
        if mended.count("\ufffd") * 50 < len(mended):
            return mended
    if len(data) > 40 and declared != "iso8859-1":
        from charset_normalizer import from_bytes

        best = from_bytes(data[:8_192], steps=4, chunk_size=512).best()
        if best is not None:
            return data.decode(best.encoding, "replace")
    return data.decode("cp1252", "replace")


def _codec(charset: str) -> str:
    """The codec's own name for a charset, '' where there is none."""
    if not re.fullmatch(r"[\w.:-]{1,40}", charset, re.ASCII):
        return ""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return ""
    return "" if name in _NO_CHARSETS else name
