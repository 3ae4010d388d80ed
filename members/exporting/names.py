"""What things are called in an export. It knows no ids: users have names, blogs and posts slugs, pictures paths."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import PurePosixPath

from accounts.models import User
from blogs.models import PostCard
from blogs.services.slugs import make_slug
from media.models import File, Image

LONGEST = 120
NOBODY = "nobody"
"""Stands for the owner of pictures that are nobody's any more. It is reserved, so no user is called so."""

_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


def file_name(slug: str) -> str:
    """A slug as the name of a file: what is too long or not plain for some systems is shortened, and stays unique."""
    if slug.isascii() and len(slug) <= LONGEST and not _UNSAFE.search(slug):
        return slug
    return f"{make_slug(slug, 'post')[:60]}-{hashlib.sha256(slug.encode()).hexdigest()[:16]}"


class Names:
    """The paths of things in one export; those of a user stand below `users/{username}/`, or alone at the top."""

    def __init__(self, *, alone: User | None = None):
        self._alone = alone
        self._pictures_of = lru_cache(16)(self._read_pictures)
        self._post = lru_cache(1024)(self._read_post)

    def home(self, username: str) -> str:
        """What the paths of a user's things begin with."""
        return "" if self._alone is not None else f"users/{username}/"

    def picture(self, image_id: int | None) -> str | None:
        """The path of a picture; None for one that is not there."""
        if image_id is None:
            return None
        if self._alone is not None:
            return self._pictures_of(self._alone.pk, "").get(image_id)
        owner = self._owner_of(image_id)
        return self._pictures_of(*owner).get(image_id) if owner else None

    def pictures(self, user: User | None) -> dict[int, str]:
        """The paths of a user's pictures by their ids, in the order in which they were added; None: of nobody's."""
        if user is None:
            return self._pictures_of(None, self.home(NOBODY))
        return self._pictures_of(user.pk, self.home(user.username))

    def file(self, file: File, number: int) -> str:
        """The path of a personal file."""
        name = _UNSAFE.sub("_", file.title).lstrip(".") or "file"
        stem, ending = PurePosixPath(name).stem[:100], PurePosixPath(name).suffix[:20]
        owner = file.uploaded_by_user.username
        return f"{self.home(owner)}files/{number}-{stem}{ending}"

    def post(self, post_id: int | None) -> str | None:
        """A post as `blog/post`, by the slugs of both; None for one that is not there."""
        return self._post(post_id) if post_id is not None else None

    def _owner_of(self, image_id: int) -> tuple[int | None, str] | None:
        row = Image.objects.filter(pk=image_id).values_list("uploaded_by_user", "uploaded_by_user__username").first()
        return (row[0], self.home(row[1] or NOBODY)) if row else None

    @staticmethod
    def _read_pictures(owner_id: int | None, home: str) -> dict[int, str]:
        rows = Image.objects.filter(uploaded_by_user=owner_id).order_by("pk").values_list("pk", "title", "file")
        return {
            pk: f"{home}images/{number:04}-{make_slug(title, 'image')[:60]}.{file.rpartition('.')[2]}"
            for number, (pk, title, file) in enumerate(rows.iterator(), 1)
        }

    @staticmethod
    def _read_post(post_id: int) -> str | None:
        row = PostCard.objects.filter(pk=post_id).values_list("blog__slug", "slug").first()
        return "/".join(row) if row else None
