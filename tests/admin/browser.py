"""Somebody in front of the admin: opens pages and sends forms as a browser does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client, TestCase
from django.urls import reverse
from wagtail.models import Page

from blogs.models import BlogPage
from tests.client import Api

AJAX = {"X-Requested-With": "XMLHttpRequest"}


@dataclass
class Admin:
    """Somebody who is signed in at the admin; `api` is the same person at the API."""

    api: Api
    client: Client

    def get(self, path: str, expect: int | tuple[int, ...] = 200, **params) -> HttpResponse:
        return self._checked("GET", path, expect, self.client.get(path, params))

    def post(
        self, path: str, data: dict[str, Any], expect: int | tuple[int, ...] = (200, 302), **extra
    ) -> HttpResponse:
        with TestCase.captureOnCommitCallbacks(execute=True):
            answer = self.client.post(path, data, **extra)
        return self._checked("POST", path, expect, answer)

    @property
    def blog(self) -> BlogPage:
        return BlogPage.objects.get(slug=self.api.blog)

    def write(self, *, blog: BlogPage | None = None, action: str = "publish", expect=302, **fields) -> HttpResponse:
        """Send the form of a new post."""
        place = reverse("wagtailadmin_pages:add", args=("blogs", "blogpostpage", (blog or self.blog).pk))
        return self.post(place, {**post_form(**fields), f"action-{action}": "1"}, expect)

    def edit(self, page: Page | int, *, action: str = "publish", expect=302, **fields) -> HttpResponse:
        """Send the form of a post that is there."""
        place = reverse("wagtailadmin_pages:edit", args=(getattr(page, "pk", page),))
        return self.post(place, {**post_form(**fields), f"action-{action}": "1"}, expect)

    def _checked(self, method: str, path: str, expect, answer: HttpResponse) -> HttpResponse:
        wanted = expect if isinstance(expect, tuple) else (expect,)
        form = answer.context and answer.context.get("form")
        shown = form.errors.as_json() if form is not None else "" if answer.streaming else answer.content[:1500]
        assert answer.status_code in wanted, f"{method} {path} -> {answer.status_code}: {shown}"
        return answer


def post_form(*, title: str = "A post", body: list[tuple[str, Any]] = (), tags: str = "", **fields) -> dict[str, Any]:
    """What the editor sends of a post. `body` holds pairs of a block's type and its value."""
    data: dict[str, Any] = {
        "title": title,
        "slug": "",
        "intro": "",
        "feature_image": "",
        "tags": tags,
        "seo_title": "",
        "search_description": "",
        "go_live_at": "",
        "expire_at": "",
        "first_published_at": "",
        "comments_open": "on",
        "body-count": str(len(body)),
    }
    for place, (kind, value) in enumerate(body):
        prefix = f"body-{place}"
        data |= {f"{prefix}-deleted": "", f"{prefix}-order": str(place), f"{prefix}-type": kind, f"{prefix}-id": ""}
        if kind == "gallery":
            data[f"{prefix}-value-count"] = str(len(value))
            for number, image in enumerate(value):
                item = f"{prefix}-value-{number}"
                data |= {
                    f"{item}-deleted": "",
                    f"{item}-order": str(number),
                    f"{item}-value": str(image),
                    f"{item}-id": "",
                }
        elif isinstance(value, dict):
            data |= {f"{prefix}-value-{name}": str(text) for name, text in value.items()}
        else:
            data[f"{prefix}-value"] = value
    return {**data, **fields}


def rich_text(text: str, *, styles: list[dict] = (), entities: dict | None = None, ranges: list[dict] = ()) -> str:
    """A paragraph as the rich text editor sends it."""
    block = {
        "key": "abcde",
        "text": text,
        "type": "unstyled",
        "depth": 0,
        "inlineStyleRanges": list(styles),
        "entityRanges": list(ranges),
    }
    return json.dumps({"blocks": [block], "entityMap": entities or {}})
