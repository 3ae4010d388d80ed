"""Tags of pages: made when they are new, found whatever their case."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from taggit.models import Tag


def tags_named(names: Iterable[str]) -> list[Tag]:
    """The tags of these names, regardless of case, made where there are none. Safe under concurrency."""
    names = sorted(names, key=str.lower)  # in one order everywhere, so that two writers never wait for each other
    if not names:
        return []
    same = Q(folded__in=[name.lower() for name in names]) | Q(name__in=names)
    tags = Tag.objects.annotate(folded=Lower("name")).filter(same).order_by("-pk")
    found = {tag.name.lower(): tag for tag in tags}
    return [found.get(name.lower()) or _make(name) for name in names]


def _make(name: str) -> Tag:
    try:
        with transaction.atomic():
            tag = Tag(name=name)
            tag.save()
            return tag
    except IntegrityError:  # somebody else made it meanwhile
        return Tag.objects.get(name=name)
