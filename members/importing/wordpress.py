"""A WordPress export (WXR) as a source."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from django.core.files.base import File

from core import clock
from members.importing.html import text_of
from members.importing.report import Report
from members.importing.things import DRAFT, LIVE, Author, Comment, Missing, Post, Unreadable
from members.importing.wordpress_library import Attachment, Library
from members.importing.wordpress_text import Text
from members.importing.wordpress_xml import name_of, read, values_of

UPLOADED = re.compile(r"/wp-content/uploads/(.+)|/(\d{4}/\d{2}/[^/]+)\Z")
"""Where a picture lies below the folder of uploads, which wordpress.com gives a host of its own."""
PAGES = ("live", "draft", "skip")
"""What may become of pages, which we have not: posts, drafts of posts, or nothing."""
FORGOTTEN = ("uncategorized", "uncategorised")
NO_NEWS = ("nav_menu_item", "revision", "customize_changeset", "oembed_cache", "wp_block", "attachment")
UNAPPROVED = {"0": "waiting for approval", "spam": "spam", "trash": "in the trash", "post-trashed": "in the trash"}
FEATURE = "_thumbnail_id"
SEO_TITLE = ("_yoast_wpseo_title", "rank_math_title", "_aioseop_title")
SEO_DESCRIPTION = ("_yoast_wpseo_metadesc", "rank_math_description", "_aioseop_description")


class WordPress:
    """What a WordPress export holds. `uploads` is a copy of its folder `wp-content/uploads`, if there is one."""

    def __init__(self, file: Path, *, uploads: Path | None = None, pages: str = "live"):
        if uploads is not None and not uploads.is_dir():
            raise Unreadable(f"There is no folder {uploads}.")
        self._file, self._uploads, self._pages = file, uploads and uploads.resolve(), pages
        self._library = Library()
        self._authors: dict[str, Author] = {}
        self._author_ids: dict[str, str] = {}
        self._posts = 0
        self._kinds: Counter[str] = Counter()
        self.title = self.description = self._base = ""
        self._survey()
        self.name = f"wordpress {self._base or file.name}"

    def count(self) -> int:
        return self._posts

    def authors(self) -> list[Author]:
        return list(self._authors.values())

    def posts(self, report: Report) -> Iterator[Post]:
        text = Text(self._library, report)
        for kind, number in sorted(self._kinds.items()):
            report.lose("the export", f"not carried: {number} × {kind}, of which there is nothing here")
        for name, element in read(self._file):
            if name == "item" and (item := _Item(element)).type in ("post", "page"):
                post = self._post(item, text, report)
                if post is not None:
                    yield post

    def picture(self, url: str, post: Post) -> File | None:
        self._library.note_shown(url)
        if self._uploads is None:
            return None
        if found := UPLOADED.search(unquote(urlsplit(url).path)):
            file = (self._uploads / (found[1] or found[2])).resolve()
            if file.is_relative_to(self._uploads) and file.is_file():
                return File(file.open("rb"), name=file.name)
        if urlsplit(url).netloc == urlsplit(self._base).netloc:
            raise Missing("it is not in the folder of uploads")
        return None

    def finish(self, report: Report, pictures: Collection[str]) -> None:
        for attachment in self._library.never_shown():
            if attachment.url not in pictures:
                report.lose("the media library", f"not carried, because no post shows it: {attachment.url}")

    def _survey(self) -> None:
        """Read the file once: is it whole, who wrote, and what is in its media library?"""
        is_export = False
        for name, element in read(self._file):
            values = values_of(element)
            if name == "title":
                self.title = (element.text or "").strip()
            elif name == "description":
                self.description = (element.text or "").strip()
            elif name in ("wp:base_blog_url", "link") and element.text:
                self._base = element.text.strip().rstrip("/") if name != "link" or not self._base else self._base
            elif name == "wp:wxr_version":
                is_export = True
            elif name == "wp:author":
                self._add_author(values)
            elif name == "item":
                self._survey_item(values, element)
        if not is_export:
            raise Unreadable("This is XML, but no WordPress export: it names no version of WXR.")

    def _add_author(self, values: dict[str, str]) -> None:
        login = values.get("wp:author_login", "")
        name = values.get("wp:author_display_name") or login
        if login:
            self._authors[login] = Author(key=login, name=name, username=login, email=values.get("wp:author_email", ""))
            if values.get("wp:author_id"):
                self._author_ids[values["wp:author_id"]] = login

    def _survey_item(self, values: dict[str, str], element: Element) -> None:
        kind = values.get("wp:post_type", "")
        if kind in ("post", "page"):
            self._posts += 1
            creator = values.get("creator", "")
            self._authors.setdefault(creator, Author(key=creator, name=creator or "Unknown author", username=creator))
        elif kind == "attachment" and values.get("wp:attachment_url"):
            self._library.add(_attachment(values, element), int(_number(values.get("wp:menu_order"))))
        elif kind == "wp_block":
            self._library.add_block(values.get("wp:post_id", ""), values.get("encoded", ""))
        if kind not in ("post", "page", *NO_NEWS[1:]):
            self._kinds[kind or "item without a type"] += 1

    def _post(self, item: _Item, text: Text, report: Report) -> Post | None:
        values = item.values
        status, number = values.get("wp:status", ""), values.get("wp:post_id", "")
        slug = unquote(values.get("wp:post_name", ""))
        where = f"{item.type} {number} “{(item.title or slug)[:60]}”"
        if status == "trash" or (item.type == "page" and self._pages == "skip"):
            report.lose(where, "not carried: it is in the trash" if status == "trash" else "not carried: it is a page")
            return None
        post = Post(
            key=number or values.get("guid", ""),
            where=where,
            title=text_of(item.title),
            author=values.get("creator", ""),
            base=values.get("link") or self._base,
            slug=slug,
            date=item.date,
            updated_at=_moment(values.get("wp:post_modified_gmt", "")),
            comments_open=values.get("wp:comment_status") == "open",
            seo_title=_first(item.meta, SEO_TITLE),
            seo_description=_first(item.meta, SEO_DESCRIPTION),
        )
        self._settle_status(post, status, item, report)
        if status in ("publish", "private", "future") and not urlsplit(values.get("link", "")).query:
            post.old_urls = [values["link"]] if values.get("link") else []
        self._sort_terms(post, item, report)
        content = values.get("encoded", "")
        post.intro = text_of(values.get("excerpt") or text.intro_of(content))
        post.prepare = lambda: self._prepare(post, content, number, item.meta, text)
        post.comments = [comment for element in item.comments if (comment := self._comment(element, post, report))]
        return post

    def _prepare(self, post: Post, content: str, number: str, meta: dict[str, str], text: Text) -> None:
        """Turn the text into HTML, once it is needed."""
        post.html = text.html_of(content, post=post, post_id=number)
        post.whole_picture = text.picture_url
        if (feature := self._library.find(meta.get(FEATURE, ""))) is not None:
            post.feature_image, post.feature_alt = feature.url, feature.alt

    def _settle_status(self, post: Post, status: str, item: _Item, report: Report) -> None:
        if status not in ("publish", "future"):
            post.status = DRAFT
        if status in ("private", "pending"):
            report.lose(post.where, f"it was {status}; it is a draft now")
        if item.values.get("wp:post_password"):
            post.status = DRAFT
            report.lose(post.where, "it was protected by a password; it is a draft now")
        if item.type == "page":
            kept = "a draft of a post" if self._pages == "draft" or post.status == DRAFT else "a post"
            post.status = DRAFT if self._pages == "draft" else post.status
            report.lose(post.where, f"it was a page, which there are none of; it is {kept} now")
        if item.values.get("wp:is_sticky") == "1":
            report.lose(post.where, "it was sticky; posts stand in the order of their dates")
        if post.status == LIVE and post.date is None:
            post.date = clock.now()

    def _sort_terms(self, post: Post, item: _Item, report: Report) -> None:
        for domain, slug, name in item.terms:
            if domain in ("category", "post_tag", "tag"):
                if slug not in FORGOTTEN and name:
                    post.tags.append(name)
            elif domain == "post_format":
                report.lose(post.where, f"its format “{name}” is not kept")
            else:
                report.lose(post.where, f"{domain} “{name}” is not kept")

    def _comment(self, element: Element, post: Post, report: Report) -> Comment | None:
        values = values_of(element)
        key, name = values.get("wp:comment_id", ""), values.get("wp:comment_author", "")
        where = f"{post.where}, comment {key} by {name or 'nobody'}"
        kind, approved = values.get("wp:comment_type", ""), values.get("wp:comment_approved", "1")
        if kind not in ("", "comment"):
            report.lose(where, f"comment not carried: it is a {kind}")
            return None
        if approved != "1":
            report.lose(where, f"comment not carried: it is {UNAPPROVED.get(approved, approved)}")
            return None
        email = values.get("wp:comment_author_email", "").lower()
        identity = email or f"{name}\n{values.get('wp:comment_author_url', '')}"
        parent = values.get("wp:comment_parent", "0")
        return Comment(
            key=key,
            body=text_of(values.get("wp:comment_content", "").replace("\n", "<br>")),
            created_at=_moment(values.get("wp:comment_date_gmt", ""))
            or _moment(values.get("wp:comment_date", ""))
            or post.date
            or clock.now(),
            parent=parent if parent not in ("", "0") else None,
            author=self._commenting_author(values.get("wp:comment_user_id", ""), email),
            guest_name=name or "Anonymous",
            guest_key=hashlib.sha256(identity.encode()).hexdigest(),
        )

    def _commenting_author(self, user_id: str, email: str) -> str | None:
        """The author who wrote a comment. An address says so only beside an id: strangers may write any address."""
        if user_id in ("", "0"):
            return None
        by_email = (author.key for author in self._authors.values() if email and author.email.lower() == email)
        return self._author_ids.get(user_id) or next(by_email, None)


class _Item:
    """One item of the file, taken apart."""

    def __init__(self, element: Element):
        self.values = values_of(element)
        self.type = self.values.get("wp:post_type", "")
        self.title = self.values.get("title", "")
        self.terms, self.comments, self.meta = [], [], {}
        for child in element:
            name = name_of(child)
            if name == "category":
                self.terms.append((child.get("domain", ""), child.get("nicename", ""), (child.text or "").strip()))
            elif name == "wp:comment":
                self.comments.append(child)
            elif name == "wp:postmeta":
                meta = values_of(child)
                self.meta.setdefault(meta.get("wp:meta_key", ""), meta.get("wp:meta_value", ""))

    @property
    def date(self) -> datetime | None:
        """When it was published, or is to be."""
        values = self.values
        moment = _moment(values.get("wp:post_date_gmt", "")) or _moment(values.get("wp:post_date", ""))
        if moment is None and values.get("pubDate"):
            try:
                moment = parsedate_to_datetime(values["pubDate"])
            except ValueError:
                return None
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment if moment is None or moment.year > 1 else None


def _attachment(values: dict[str, str], element: Element) -> Attachment:
    alt = _Item(element).meta.get("_wp_attachment_image_alt", "")
    return Attachment(
        id=values.get("wp:post_id", ""),
        parent=values.get("wp:post_parent", ""),
        url=values["wp:attachment_url"],
        title=values.get("title", ""),
        alt=alt,
        caption=text_of(values.get("excerpt", "")),
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:  # also 0000-00-00, which a draft has
        return None


def _number(text: str | None) -> int:
    return int(text) if text and text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) < 10 else 0


def _first(meta: dict[str, str], names: tuple[str, ...]) -> str:
    """The first of these that says something; what is only a pattern of a plugin says nothing."""
    return next((meta[name] for name in names if meta.get(name) and "%%" not in meta[name]), "")
