"""How Python names become XML names, and Twilio's helper for language codes."""

from __future__ import annotations

import re

from helpers.errors import TwiMLException

__all__ = ["attribute_name", "format_language", "lower_camel", "method_name"]

# Words that Python keeps for itself, and the two attributes with punctuation in their names.
SPECIAL = {
    "from_": "from",
    "for_": "for",
    "break_": "break",
    "xml_lang": "xml:lang",
    "interpret_as": "interpret-as",
}


def lower_camel(string: str | None) -> str | None:
    """``finish_on_key`` becomes ``finishOnKey``; a name without underscore stays as it is."""
    if not string or "_" not in string:
        return string
    joined = "".join(part.title() for part in string.split("_"))
    # A name of underscores only leaves nothing to start with; like the official builder we let
    # the IndexError out.
    return joined[0].lower() + joined[1:]


def attribute_name(keyword: str) -> str:
    """The XML attribute that a keyword argument writes: ``from_`` writes ``from``."""
    return ATTRIBUTE_NAMES[keyword]


class _Remembered(dict[str, str]):
    """Keyword -> attribute, worked out when first asked for: a dict is quicker than a call."""

    def __missing__(self, keyword: str) -> str:
        name = lower_camel(SPECIAL.get(keyword, keyword)) or ""
        if len(self) < 1024:
            self[keyword] = name
        return name


ATTRIBUTE_NAMES = _Remembered()


def method_name(tag: str) -> str:
    """The builder method for an element: ``WhatsApp`` is built by ``whats_app``."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", tag).lower().replace("-", "_")
    return name + "_" if name == "break" else name


def format_language(language: str | None) -> str | None:
    """Bring a language code into the form ``en-US``.

    None and "" come back as they are.

    Raises:
        TwiMLException: the code is not two letters, a hyphen or underscore, two letters.
    """
    if not language:
        return language
    match = re.fullmatch(r"([A-Za-z]{2})[-_]([A-Za-z]{2})", language)
    if match is None:
        raise TwiMLException(
            f"{language!r} is no language code", next_step='write it like "en-US" or "pt-BR"'
        )
    return f"{match[1].lower()}-{match[2].upper()}"
