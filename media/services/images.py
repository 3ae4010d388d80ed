"""Adding, changing and deleting images.

Decoding and storing take time and happen before the transaction. `add_image` does all of it; whoever writes more than
the image in one transaction prepares first:

    with images.prepared(owner=user, uploads=files) as pictures:
        with transaction.atomic():
            added = [images.add_prepared(owner=user, picture=picture) for picture in pictures]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.files.base import File
from django.db import transaction
from wagtail.log_actions import log

from accounts.models import User
from core import holes, outbox
from core.errors import Invalid, NotFound
from media import names, pictures, quota
from media.documents import image_document
from media.models import Avatar, Image
from media.renditions import THUMBNAIL
from media.storing import StoredFile, StoredPicture, stored

UNCHANGED: Any = object()
LONGEST_TEXT = 255


@contextmanager
def prepared(
    *,
    owner: User,
    uploads: Sequence[File],
    rotate: int = 0,
    format: str | None = None,
    max_width: int | None = None,
    attr: str | None = "file",
) -> Iterator[list[StoredPicture]]:
    """Decode and store uploads, all or none, for `add_prepared` in a transaction within the block.

    What is not added, or whose transaction fails, is removed again. Raises `Invalid` (naming the field `attr`),
    `TooLarge` or `Unavailable`.
    """
    quota.check_room(quota.usage(owner))
    developed = pictures.develop_all(uploads, rotate=rotate, format=format, max_width=max_width, attr=attr)
    try:
        with stored(developed) as kept:
            yield kept
    finally:
        for picture in developed:
            picture.close()


def add_prepared(*, owner: User, picture: StoredPicture, title: str = "", alt: str = "") -> Image:
    """Write the row of a prepared picture, in the caller's transaction. Raises `QuotaReached`."""
    image = Image(
        title=names.clean_title(title) or names.title_of(picture.name, fallback="Image"),
        description=names.clean_title(alt),
        uploaded_by_user=owner,
        file=StoredFile(picture),
    )
    image.save()
    return image


def add_image(
    *,
    owner: User,
    upload: File,
    title: str = "",
    alt: str = "",
    rotate: int = 0,
    format: str | None = None,
    max_width: int | None = None,
    attr: str = "file",
) -> Image:
    """Keep an uploaded picture with all its renditions; without a title it is called after its file.

    Raises `Invalid` (naming the field `attr`), `TooLarge` or `Unavailable`; then nothing was kept. To be called outside
    of any transaction.
    """
    wishes = {"rotate": rotate, "format": format, "max_width": max_width, "attr": attr}
    with prepared(owner=owner, uploads=[upload], **wishes) as [picture], transaction.atomic():
        return add_prepared(owner=owner, picture=picture, title=title, alt=alt)


def update_image(
    *, image: Image, title: str | None = None, alt: str | None = None, focal_point=UNCHANGED, rotate: int = 0
) -> Image:
    """Change what is given. A new focal point crops the thumbnail anew, a rotation (clockwise) makes everything anew:
    what looks different has a new URL.

    `focal_point` is `{x, y}`, with `width` and `height` if it is an area, in pixels of the image, or with fractional
    numbers from 0 to 1 as parts of it; None removes it. To be called outside of any transaction.
    """
    if title is not None:
        cleaned = names.clean_title(title)
        if not cleaned:
            raise Invalid("Give a title.", code="blank", attr="title")
        image.title = cleaned
    if alt is not None:
        image.description = names.clean_title(alt)
    is_refocused = focal_point is not UNCHANGED and _focus(image, focal_point)
    if rotate:
        _rotate(image, rotate)
    elif is_refocused:
        crop_anew(image)
    else:
        with transaction.atomic():
            _save(image)
            changed(image)
    return image


def delete_image(*, actor: User, image: Image, reason: str = "") -> None:
    """Delete an image everywhere it is shown, its bytes after the commit.

    Of another's image the audit log keeps who deleted it and why.
    """
    with transaction.atomic():
        if image.uploaded_by_user_id != actor.pk:
            log(instance=image, action="wagtail.delete", user=actor, deleted=True, data={"reason": reason})
        image.delete()


def delete_images_of(*, owner: User) -> None:
    """Delete every image of a user."""
    with transaction.atomic():
        Image.objects.filter(uploaded_by_user=owner).delete()


def crop_anew(image: Image) -> None:
    """Save the image with its new focal point and a thumbnail cropped at it."""
    with image.open_file() as original:
        picture = pictures.crop(original, focal_point=_point_of(image))
    with picture, stored([picture]) as [kept], transaction.atomic():
        _save(image)
        image.renditions.filter(filter_spec=THUMBNAIL).delete()
        kept.keep(image)
        changed(image)


def changed(image: Image) -> None:
    """Let everything that shows the image follow, in the caller's transaction."""
    outbox.record("image.changed", image=image.pk)
    image._prefetched_objects_cache = {}
    Avatar.objects.filter(image=image).update(document=holes.store(image_document(image, owner=holes.OWNER)))


def _rotate(image: Image, degrees: int) -> None:
    _turn_focal_point(image, degrees)
    with image.open_file() as original:
        picture = pictures.turn(original, rotate=degrees, focal_point=_point_of(image))
    with picture, stored([picture]) as [kept], transaction.atomic():
        image.file = StoredFile(kept)
        _save(image)
        changed(image)


def _save(image: Image) -> None:
    if not Image.objects.filter(pk=image.pk).exists():
        raise NotFound
    image.save()


def _focus(image: Image, point: dict | None) -> bool:
    """Set the focal point; False if it is the one it had."""
    before = _area_of(image)
    if point is None:
        image.set_focal_point(None)
        return before != _area_of(image)
    x, y = point["x"], point["y"]
    width, height = point.get("width") or 0, point.get("height") or 0
    if any(isinstance(value, float) for value in (x, y, width, height)):
        x, width = x * image.width, width * image.width
        y, height = y * image.height, height * image.height
    x, y, width, height = round(x), round(y), round(width), round(height)
    if not (0 <= x <= image.width and 0 <= y <= image.height and width <= image.width and height <= image.height):
        raise Invalid(
            f"The focal point must lie within the picture, {image.width} × {image.height}.", attr="focal_point"
        )
    image.focal_point_x, image.focal_point_y = x, y
    image.focal_point_width, image.focal_point_height = max(width, 1), max(height, 1)
    return before != _area_of(image)


def _area_of(image: Image) -> tuple:
    return image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height


def _point_of(image: Image) -> tuple[int, int] | None:
    return (image.focal_point_x, image.focal_point_y) if image.has_focal_point() else None


def _turn_focal_point(image: Image, degrees: int) -> None:
    if not image.has_focal_point():
        return
    x, y, width, height = _area_of(image)
    if degrees == 180:
        x, y = image.width - x, image.height - y
    else:
        x, y = (image.height - y, x) if degrees == 90 else (y, image.width - x)
        width, height = height, width
    image.focal_point_x, image.focal_point_y = max(x, 0), max(y, 0)
    image.focal_point_width, image.focal_point_height = width, height
