"""Images and users as the API shows them: the objects Image and UserRef, as values and as stored JSON texts."""

from __future__ import annotations

import json

from accounts.models import User
from core import holes
from core.clock import iso
from media.models import Avatar, Image
from media.renditions import PICTURE_SPECS, SIZES


def image_document(image: Image, *, owner) -> dict:
    """The Image object; `owner` is a UserRef, or `holes.OWNER` for a text to be stored.

    Every size is there: an image that came without renditions shows itself. Costs no query when `renditions` is
    prefetched, and never touches the storage.
    """
    renditions = {rendition.filter_spec: rendition for rendition in image.renditions.all()}
    original = {"url": image.file.url, "width": image.width, "height": image.height}
    sizes = {name: _size(renditions[spec]) if spec in renditions else original for name, spec in SIZES.items()}
    return {
        "id": image.pk,
        "title": image.title,
        "alt": image.description,
        "width": image.width,
        "height": image.height,
        "url": original["url"],
        "placeholder": image.placeholder or None,
        "renditions": sizes,
        "srcset": _srcset([rendition for name, rendition in sizes.items() if name != "thumbnail"]),
        "sources": [
            {"type": f"image/{kind}", "srcset": _srcset([_size(renditions[s]) for s in specs if s in renditions])}
            for kind, specs in PICTURE_SPECS.items()
        ],
        "owner": owner,
        "created_at": iso(image.created_at),
    }


def _size(rendition) -> dict:
    return {"url": rendition.url, "width": rendition.width, "height": rendition.height}


def _srcset(sizes: list[dict]) -> str:
    by_width = {size["width"]: size["url"] for size in sizes}
    return ", ".join(f"{url} {width}w" for width, url in sorted(by_width.items()))


def user_ref(user: User) -> dict:
    """The UserRef object of a user; select `avatar` with him to save a query."""
    return json.loads(user_ref_json(user.username, user.name, avatar_document_of(user)))


def avatar_document_of(user: User) -> str | None:
    """The stored Image of a user's avatar, or None."""
    try:
        return user.avatar.document
    except Avatar.DoesNotExist:
        return None


def user_ref_json(username: str, name: str, avatar_document: str | None) -> str:
    """The UserRef as JSON text, from the columns of a row. An avatar's own owner comes without avatar."""
    head = f'{{"username":"{username}","name":{holes.dumps(name)},"avatar":'
    if not avatar_document:
        return f"{head}null}}"
    return f"{head}{holes.fill(avatar_document, f'{head}null}}')}}}"
