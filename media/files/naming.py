"""What a file is called and what it is, whatever its sender says."""

from __future__ import annotations

import re
import unicodedata
from mimetypes import MimeTypes
from urllib.parse import quote

from django.conf import settings

from core.errors import Invalid
from media import names

NAMELESS = "file"
UNKNOWN = "application/octet-stream"
LONGEST_EXTENSION = 20

COMPRESSED = {
    "gzip": "application/gzip",
    "bzip2": "application/x-bzip2",
    "xz": "application/x-xz",
    "compress": "application/x-compress",
    "br": UNKNOWN,
}
FURTHER_TYPES = {
    "7z": "application/x-7z-compressed",
    "avif": "image/avif",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip",
    "flac": "audio/flac",
    "gz": "application/gzip",
    "heic": "image/heic",
    "log": "text/plain",
    "m4a": "audio/mp4",
    "md": "text/markdown",
    "mkv": "video/x-matroska",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ogg": "audio/ogg",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rar": "application/vnd.rar",
    "rtf": "application/rtf",
    "webp": "image/webp",
    "woff2": "font/woff2",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "yaml": "application/yaml",
    "yml": "application/yaml",
}
SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"\x1aE\xdf\xa3", "video/x-matroska"),
)
HEAD = 4096
"""How many bytes from its beginning tell what a file is."""

INERT = re.compile(
    r"(audio|font|video)/[\w.+-]+|image/(?!svg)[\w.+-]+|text/(plain|csv|markdown)"
    r"|application/(pdf|zip|gzip|json|rtf|epub\+zip|vnd\.(openxmlformats|oasis)[\w.-]+)"
)
"""Types no program runs as a page or as a script; of all others it is only said that they are bytes."""


def _types() -> MimeTypes:
    types = MimeTypes()  # Python's own table, which is the same on every machine
    for extension, content_type in FURTHER_TYPES.items():
        types.add_type(content_type, f".{extension}")
    return types


TYPES = _types()


def clean(name: str | None) -> str:
    """A name to show and to save under; a long one keeps its extension; may be empty."""
    name = unicodedata.normalize("NFC", name or "")
    cleaned = names.clean_name(name)
    extension = names.extension_of(name[-names.LONGEST :])
    if len(cleaned) < names.LONGEST or not extension or len(extension) > LONGEST_EXTENSION:
        return cleaned
    return f"{cleaned[: names.LONGEST - len(extension) - 1].rstrip(' .')}.{extension}"


def check_extension(name: str, *, attr: str | None = "file") -> None:
    """Raise `Invalid` for a name whose extension is in FILE_EXTENSIONS_BLOCKED."""
    extension = names.extension_of(name)
    if extension in settings.FILE_EXTENSIONS_BLOCKED:
        raise Invalid(f"Files named .{extension} are not accepted.", code="extension_not_allowed", attr=attr)


def content_type_of(name: str, head: bytes) -> str:
    """What a file is by its extension, else by its first bytes."""
    by_name, compression = TYPES.guess_type(f"x.{'.'.join(name.rsplit('.', 2)[1:])}" if "." in name else "x")
    if compression:
        return COMPRESSED.get(compression, UNKNOWN)
    return by_name or _by_content(head)


def sent_type(content_type: str) -> str:
    """The type to send a file as: its own one if it is harmless."""
    return content_type if INERT.fullmatch(content_type) else UNKNOWN


def disposition(name: str) -> str:
    """The Content-Disposition that saves a file under this name (RFC 6266), with a plain one for simple programs."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    plain = re.sub(r"[^A-Za-z0-9_ .()\[\]{}@!#$&'+,=~^-]", "_", plain)
    exact = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{plain}"{exact}'


def _by_content(head: bytes) -> str:
    for signature, content_type in SIGNATURES:
        if head.startswith(signature):
            return content_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    return "text/plain" if head and _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(head) >= HEAD and error.start > HEAD - 4  # a letter cut in two
    return True
