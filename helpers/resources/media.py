"""The pictures and files of a message, as the account may look at them afterwards.

    for picture in client.messages(sid).media.list():
        print(picture.content_type, picture.uri)

The bytes are where the `uri` is, less the suffix, for those who have the account's credentials: as
Twilio has it since 2026, for media tell of people. The sandbox hands them out itself, where Twilio
sends on to a store. Source: Twilio's pages on the Media subresource and on accepted MIME types.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from helpers.resources.base import Resource, shown

#: What one message may bring in all, and what a file may have that is no picture of the three
#: kinds that Twilio makes fit for every phone; both in bytes.
LARGEST, LARGEST_OTHER = 5_000_000, 500_000
FITTED = ("image/jpeg", "image/jpg", "image/gif", "image/png")

#: What else is taken, as it is.
ACCEPTED = frozenset(
    (
        "audio/basic audio/L24 audio/mp4 audio/mpeg audio/ogg audio/vnd.rn-realaudio "
        "audio/vnd.wave audio/wav audio/x-wav audio/3gpp audio/3gpp2 audio/ac3 audio/webm "
        "audio/amr-nb audio/amr audio/aac "
        "video/mpeg video/mp4 video/quicktime video/webm video/3gpp video/3gpp2 video/3gpp-tt "
        "video/H261 video/H263 video/H263-1998 video/H263-2000 video/H264 "
        "image/bmp image/tiff image/webp image/heic image/heif "
        "text/vcard text/x-vcard text/csv text/rtf text/richtext text/calendar text/directory "
        "application/pdf application/vcard application/vnd.apple.pkpass"
    )
    .lower()
    .split()
)

INVALID_TYPE, TOO_LARGE, TOO_LARGE_FOR_CARRIERS = 12300, 11751, 30019


def unfit(content_type: str, size: int) -> tuple[int, str] | None:
    """Tell why a file cannot go with a message: a code of Twilio's and a sentence, or None.

    *content_type* is as the web site named it, without parameters; *size* is in bytes.
    """
    kind = content_type.lower()
    if kind not in FITTED and kind not in ACCEPTED:
        named = f"as {content_type}" if content_type else "without a Content-Type"
        return INVALID_TYPE, f"it came {named}, which no message can carry"
    if size > LARGEST:
        return TOO_LARGE, f"it has {size} bytes, and a message at most {LARGEST}"
    if kind not in FITTED and size > LARGEST_OTHER:
        return TOO_LARGE_FOR_CARRIERS, f"{content_type} may have {LARGEST_OTHER} bytes, not {size}"
    return None


@dataclass(kw_only=True)
class Media(Resource):
    """One picture or file of a message, sent or received."""

    prefix: ClassVar[str] = "ME"
    path: ClassVar[str] = "Messages/{parent_sid}/Media"
    plural: ClassVar[str] = "media_list"
    operations: ClassVar[tuple[str, ...]] = ("list", "fetch", "delete")
    filters: ClassVar[dict[str, tuple[str, str]]] = {
        "DateCreated": ("date_created", "day"),
        "DateCreated<": ("date_created", "day<"),
        "DateCreated>": ("date_created", "day>="),
    }
    indexed: ClassVar[tuple[str, ...]] = ("parent_sid",)
    newest_first: ClassVar[bool] = False  # in the order in which the message shows them

    content_type: str = shown("")
    parent_sid: str = shown("")
