"""Pictures of other sites as images here: each once for each owner, from the source itself or fetched safely."""

from __future__ import annotations

import base64
import binascii
import time
from contextlib import closing
from urllib.parse import unquote, urlsplit

from django.core.files.base import ContentFile, File
from django.db import transaction

from accounts.models import User
from core.errors import DomainError
from media.fetching import Unfetchable, fetch_picture
from media.models import Image
from media.services.images import add_prepared, prepared
from members.importing.memory import Memory
from members.importing.report import Report
from members.importing.things import Missing, Post, Source

SLOW_SECONDS = 5
MOST_SLOW = 3
"""A host that did not answer so often in a row is not asked again."""


class Pictures:
    """Brings pictures in. `fetches` tells whether those that the source has not itself are fetched from the web."""

    def __init__(self, source: Source, *, memory: Memory, report: Report, fetches: bool, is_dry: bool):
        self._source, self._memory, self._report = source, memory, report
        self._fetches, self._is_dry = fetches, is_dry
        self._refused: dict[str, str] = {}
        self._slow: dict[str, int] = {}
        self._counted: set[tuple[str, str]] = set()

    def bring(self, url: str, *, owner: User, post: Post, alt: str = "") -> int | None:
        """The id of the image that the picture at this address became; None, with a remark, where it could not."""
        key = f"{owner.pk} {url}"
        if url not in self._refused and not self._is_dry and (known := self._find(key)):
            return known
        if url not in self._refused:
            try:
                return self._bring(url, key, owner=owner, post=post, alt=alt)
            except Missing as error:
                self._refused[url] = str(error)
            except DomainError as error:
                self._refused[url] = "; ".join(problem.detail for problem in error.problems)
        self._report.lose(post.where, f"picture not carried: {_shown(url)} ({self._refused[url]})")
        return None

    def _find(self, key: str) -> int | None:
        noted = self._memory.find("picture", key)
        if noted is None:
            return None
        if Image.objects.filter(pk=noted.object_id).exists():
            return noted.object_id
        noted.delete()  # the image was deleted here; a post that shows it needs it again
        return None

    def _bring(self, url: str, key: str, *, owner: User, post: Post, alt: str) -> int | None:
        is_local = True
        file = _inline(url) if url.startswith("data:") else self._source.picture(url, post)
        if file is None:
            is_local = False
            if urlsplit(url).scheme not in ("http", "https"):
                raise Missing("it is not in the source")
            if not self._fetches:
                raise Missing("pictures are not fetched from the web")
        if self._is_dry:
            if (owner.username, url) not in self._counted:
                self._counted.add((owner.username, url))
                self._report.count("pictures" if is_local else "pictures to be fetched")
            if file is not None:
                file.close()
            return len(self._counted)
        file = file or self._fetch(url)
        with closing(file), prepared(owner=owner, uploads=[file], attr=None) as [picture], transaction.atomic():
            image = add_prepared(owner=owner, picture=picture, alt=alt)
            self._memory.note("picture", key, image.pk)
        self._report.count("pictures")
        return image.pk

    def _fetch(self, url: str) -> File:
        host = urlsplit(url).netloc
        if self._slow.get(host, 0) >= MOST_SLOW:
            raise Missing(f"{host} does not answer")
        started = time.monotonic()
        try:
            file = fetch_picture(url)
        except Unfetchable:
            is_slow = time.monotonic() - started > SLOW_SECONDS
            self._slow[host] = self._slow.get(host, 0) + 1 if is_slow else 0
            raise
        self._slow[host] = 0
        file.name = unquote(urlsplit(url).path).rpartition("/")[2]
        return file


def _inline(url: str) -> File:
    """A picture that is written out in its own address."""
    head, _, data = url.partition(",")
    try:
        if not head.endswith(";base64"):
            raise ValueError(head)
        return ContentFile(base64.b64decode(unquote(data), validate=False), name="")
    except (binascii.Error, ValueError):
        raise Missing("its address cannot be read") from None


def _shown(url: str) -> str:
    return url if len(url) <= 300 else f"{url[:60]}…"
