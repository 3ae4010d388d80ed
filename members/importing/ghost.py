"""A Ghost export (JSON) as a source, read as a stream: its posts are not held in memory."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import ijson
from django.core.files.base import File

from core import clock
from members.importing.ghost_documents import html_of_lexical, html_of_mobiledoc
from members.importing.html import text_of
from members.importing.report import Report
from members.importing.things import DRAFT, LIVE, Author, Comment, Missing, Post, Unreadable

OWN_URL = "__GHOST_URL__"
"""What Ghost writes where its own address belongs."""
SMALL_TABLES = ("users", "tags", "posts_tags", "posts_authors", "posts_meta", "settings", "comments", "members")
DEEPEST = 50
UNTOUCHED = ("products", "newsletters", "offers", "benefits", "snippets", "webhooks", "integrations")
"""Tables of what there is nothing of here; reported where they hold anything."""


class Ghost:
    """What a Ghost export holds. `url` is the address the site had, `content` a copy of its folder `content`."""

    def __init__(self, file: Path, *, url: str = "", content: Path | None = None):
        if content is not None and not content.is_dir():
            raise Unreadable(f"There is no folder {content}.")
        self._file, self._url, self._content = file, url.rstrip("/"), content and content.resolve()
        self._tables: dict[str, dict[str, dict]] = {}
        self._links: dict[str, dict[str, list[dict]]] = {}
        self._left_over: Counter[str] = Counter()
        self._posts = 0
        self._prefix = self._survey()
        settings = {row.get("key"): row.get("value") for row in self._tables["settings"].values()}
        self.title, self.description = str(settings.get("title") or ""), str(settings.get("description") or "")
        self.name = f"ghost {self._url or self.title or file.name}"

    def count(self) -> int:
        return self._posts

    def authors(self) -> list[Author]:
        wrote = {row["author_id"] for rows in self._links["posts_authors"].values() for row in rows}
        return [
            Author(
                key=id,
                name=str(user.get("name") or user.get("slug") or id),
                username=str(user.get("slug") or ""),
                email=str(user.get("email") or ""),
                bio=str(user.get("bio") or ""),
            )
            for id, user in self._tables["users"].items()
            if id in wrote or not wrote
        ]

    def posts(self, report: Report) -> Iterator[Post]:
        for table, number in sorted(self._left_over.items()):
            report.lose("the export", f"not carried: {number} × {table}, of which there is nothing here")
        if not self._url:
            report.lose("the export", "links to the site itself lead nowhere without --url")
        with self._file.open("rb") as file:
            for row in ijson.items(_parse(file), f"{self._prefix}.posts.item"):
                post = self._post(row, report)
                if post is not None:
                    yield post

    def picture(self, url: str, post: Post) -> File | None:
        if self._content is None:
            return None
        path = unquote(urlsplit(url).path)
        inside = path.partition("/content/")[2]
        if not inside:
            return None
        file = (self._content / inside).resolve()
        if file.is_relative_to(self._content) and file.is_file():
            return File(file.open("rb"), name=file.name)
        raise Missing("it is not in the folder of the content")

    def finish(self, report: Report, pictures: Collection[str]) -> None:
        """Nothing is left over."""

    # Reading

    def _survey(self) -> str:
        """Read everything but the posts; gives where the tables are."""
        try:
            with self._file.open("rb") as file:
                prefix = _find_tables(file)
            for table in SMALL_TABLES:
                self._tables[table], self._links[table] = {}, defaultdict(list)
            with self._file.open("rb") as file:
                for table, row in _rows(file, prefix, (*SMALL_TABLES, *UNTOUCHED, "posts")):
                    self._keep(table, row)
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise Unreadable(f"The file is no whole JSON: {error}.") from None
        except OSError as error:
            raise Unreadable(f"The file cannot be read: {error}.") from None
        if not self._posts:
            raise Unreadable("This is JSON, but no Ghost export: there are no posts in it.")
        return prefix

    def _keep(self, table: str, row: dict) -> None:
        if table == "posts":
            self._posts += 1
        elif table in UNTOUCHED:
            self._left_over[table] += 1
        elif "post_id" in row:
            self._links[table][str(row["post_id"])].append({name: str(value) for name, value in row.items()})
        else:
            self._tables[table][str(row.get("id"))] = row

    # Posts

    def _post(self, row: dict, report: Report) -> Post | None:
        id, kind = str(row.get("id")), str(row.get("type") or ("page" if row.get("page") else "post"))
        where = f"{kind} “{str(row.get('title') or row.get('slug'))[:60]}”"
        authors = sorted(self._links["posts_authors"].get(id, []), key=lambda link: _order(link))
        names = [link["author_id"] for link in authors] or [str(row.get("author_id") or "1")]
        if len(names) > 1:
            others = (str(self._tables["users"].get(name, {}).get("name", name)) for name in names[1:])
            report.lose(where, f"a post has one author; not named as such: {', '.join(others)}")
        meta = next(iter(self._links["posts_meta"].get(id, [])), {})
        meta = {name: value for name, value in meta.items() if value != "None"}
        tags = self._tags(id)
        post = Post(
            key=id,
            where=where,
            title=str(row.get("title") or ""),
            author=names[0],
            base=f"{self._url}/" if self._url else "",
            slug=str(row.get("slug") or ""),
            intro=str(row.get("custom_excerpt") or ""),
            tags=[name for name in tags if not name.startswith("#")],
            date=_moment(row.get("published_at")),
            updated_at=_moment(row.get("updated_at")),
            feature_image=self._whole(str(row.get("feature_image") or row.get("image") or "")),
            feature_alt=meta.get("feature_image_alt", ""),
            seo_title=str(row.get("meta_title") or meta.get("meta_title", "")),
            seo_description=str(row.get("meta_description") or meta.get("meta_description", "")),
            comments=self._comments(id, report, where),
        )
        if hidden := [name for name in tags if name.startswith("#")]:
            report.lose(where, f"internal tags are not kept: {', '.join(hidden)}")
        self._settle_status(post, row, kind, report)
        if post.status == LIVE and post.slug:
            post.old_urls = [f"/{post.slug}/"]
            if urlsplit(self._url).path.strip("/"):
                post.old_urls.append(f"{urlsplit(self._url).path}/{post.slug}/")
        for name in ("codeinjection_head", "codeinjection_foot"):
            if row.get(name):
                report.lose(where, f"not carried: code for the page ({name})")
        if caption := meta.get("feature_image_caption"):
            report.lose(where, f"a feature image has no caption; left out: {text_of(caption)}")
        post.prepare = lambda: self._prepare(post, row, report)
        return post

    def _prepare(self, post: Post, row: dict, report: Report) -> None:
        html = row.get("html")
        if not html and row.get("lexical"):
            html = html_of_lexical(_json(row["lexical"]), post=post, report=report)
        if not html and row.get("mobiledoc"):
            html = html_of_mobiledoc(_json(row["mobiledoc"]), post=post, report=report)
        post.html = self._whole(str(html or ""))

    def _whole(self, text: str) -> str:
        return text.replace(OWN_URL, self._url)

    def _settle_status(self, post: Post, row: dict, kind: str, report: Report) -> None:
        status, visibility = str(row.get("status") or "draft"), str(row.get("visibility") or "public")
        if status not in ("published", "scheduled"):
            post.status = DRAFT
        if status == "sent":
            report.lose(post.where, "it was sent by e-mail only; it is a draft now")
        if visibility != "public":
            post.status = DRAFT
            report.lose(post.where, f"it was for {visibility} only; it is a draft now")
        if kind == "page":
            report.lose(post.where, "it was a page, which there are none of; it is a post now")
        if row.get("featured") in (True, 1):
            report.lose(post.where, "it was featured; posts stand in the order of their dates")
        if post.status == LIVE and post.date is None:
            post.date = clock.now()

    def _tags(self, post_id: str) -> list[str]:
        links = sorted(self._links["posts_tags"].get(post_id, []), key=_order)
        found = (self._tables["tags"].get(link.get("tag_id", "")) for link in links)
        return [str(tag.get("name")) for tag in found if tag and tag.get("name")]

    def _comments(self, post_id: str, report: Report, where: str) -> list[Comment]:
        comments = []
        for row in self._links["comments"].get(post_id, []):
            member = self._tables["members"].get(row.get("member_id", ""), {})
            if row.get("status", "published") != "published":
                report.lose(where, f"comment {row.get('id')} not carried: it is {row.get('status')}")
                continue
            email = str(member.get("email") or "").lower()
            comments.append(
                Comment(
                    key=row["id"],
                    body=text_of(row.get("html", "")),
                    created_at=_moment(row.get("created_at")) or clock.now(),
                    parent=parent if (parent := row.get("parent_id")) not in (None, "None", "") else None,
                    guest_name=str(member.get("name") or "Anonymous"),
                    guest_key=hashlib.sha256((email or row.get("member_id", row["id"])).encode()).hexdigest(),
                )
            )
        return comments


def _parse(file) -> Iterator[tuple[str, str, Any]]:
    """The events of the file, which may not be nested without end: each tells its whole path."""

    def shallow() -> Iterator[tuple[str, Any]]:
        depth = 0
        for event, value in ijson.basic_parse(file, use_float=True):
            depth += (event in ("start_map", "start_array")) - (event in ("end_map", "end_array"))
            if depth > DEEPEST:
                raise Unreadable(f"The file is nested deeper than {DEEPEST}: that is no Ghost export.")
            yield event, value

    return ijson.parse(shallow())


def _find_tables(file) -> str:
    """The prefix of the tables: exports have them below `db`, those fetched through Ghost's API do not."""
    for prefix, event, _ in _parse(file):
        if event == "start_map" and prefix in ("db.item.data", "data"):
            return prefix
    raise Unreadable("This is JSON, but no Ghost export: there is no `data` in it.")


def _rows(file, prefix: str, tables: tuple[str, ...]) -> Iterator[tuple[str, dict]]:
    """The rows of these tables, each once it is complete, in one pass; of posts, none of their texts."""
    starts = {f"{prefix}.{table}.item": table for table in tables}
    builder, place = None, ""
    for path, event, value in _parse(file):
        if builder is None:
            if event == "start_map" and path in starts:
                builder, place = ijson.ObjectBuilder(), path
                builder.event(event, value)
            continue
        if starts[place] != "posts":
            builder.event(event, value)
        if event == "end_map" and path == place:
            yield starts[place], getattr(builder, "value", {})
            builder = None


def _order(link: dict) -> int:
    order = link.get("sort_order", "0")
    return int(order) if order.isdigit() else 0


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _json(text: Any) -> dict:
    try:
        known = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}
