"""Making a site anew from the export of a whole one: what it holds was checked when it was written, and is kept.

Each thing is a transaction of its own that also notes it, so a restoration that was cut off goes on where it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from wagtail.contrib.redirects.models import Redirect

from accounts.models import User
from blogs.models import BlogCard, BlogPage, BlogPostPage, PostCard
from blogs.services.restoring import PostState, relink_post, restore_blog, restore_follow, restore_post
from core import clock
from media.models import File, Image
from members.exporting.facts import pages_named, with_page_ids
from members.importing.report import Report
from members.importing.site_accounts import SiteAccounts
from members.importing.site_files import SiteFiles
from members.importing.site_things import moment_of
from members.importing.things import Unreadable
from members.models import ImportedThing
from moderation.blocking import withhold_reactions
from social.models import Muting
from social.restoring import keep_quiet, restore_comment, restore_like


class Restoration(SiteAccounts):
    """Restores a site from the files of its export."""

    def __init__(self, files: SiteFiles, report: Report):
        super().__init__(files, report)
        if not ImportedThing.objects.filter(source=files.name).exists() and _is_used():
            raise Unreadable("This site is not empty: there are blogs, pictures or files. Restore into a new one.")

    def steps(self) -> Iterator[str]:
        """Restore one thing after another, naming each when it is done."""
        yield from self._users()
        for blog in self._files.rows("blogs.json"):
            yield from self._blog(f"blogs/{blog['folder']}")
        for blog in self._files.rows("blogs.json"):
            yield from self._relink(f"blogs/{blog['folder']}", blog["slug"])
        yield from self._social()
        yield from self._redirects()
        for user in User.objects.filter(blocked_at__isnull=False):
            if user.is_blocked(clock.now()):
                with transaction.atomic():
                    withhold_reactions(user)

    # Blogs and posts

    def _blog(self, folder: str) -> Iterator[str]:
        facts = self._files.facts(f"{folder}/blog.json")
        blog = BlogPage.objects.get(pk=self._once("blog", facts["slug"], lambda: self._add_blog(facts).pk))
        for row in self._files.rows(f"{folder}/posts.json"):
            path = f"{blog.slug}/{row['slug']}"
            place = f"{folder}/posts/{row['file']}"
            self._once("post", path, lambda place=place: self._add_post(blog, self._files.facts(f"{place}.json")).pk)
            self._comments(path, f"{place}.comments.json")
            yield path

    def _add_blog(self, facts: Mapping[str, Any]) -> BlogPage:
        self.report.count("blogs")
        names = ("slug", "title", "description", "is_private")
        fields = {name: facts[name] for name in names} | {"avatar_id": self._image(facts["avatar"])}
        return restore_blog(
            owner=User.objects.get(pk=self._user(facts["owner"])),
            fields=fields,
            tags=facts["tags"],
            is_live=facts["is_live"],
            created_at=moment_of(facts["created_at"]),
            old_slugs=facts["old_slugs"],
            block=self._block(facts["block"]) if facts["block"] else None,
        )

    def _add_post(self, blog: BlogPage, facts: Mapping[str, Any]) -> BlogPostPage:
        draft = facts["draft"]
        post = restore_post(
            blog=blog,
            author=User.objects.get(pk=self._user(facts["author"]) or blog.owner_id),
            shown=self._version(facts),
            draft=self._version(draft) if draft else None,
            state=PostState(
                status=facts["status"],
                is_in_review=facts["is_in_review"],
                is_draft_scheduled=bool(draft and draft["is_scheduled"]),
                published_at=moment_of(facts["published_at"]),
                first_publication=moment_of(facts["first_publication"]),
                updated_at=moment_of(facts["updated_at"]),
                edited_at=moment_of(facts["edited_at"]),
                old_slugs=facts["old_slugs"],
            ),
        )
        if post.live:
            keep_quiet(post_id=post.pk)
        self.report.count("posts")
        return post

    def _version(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a version; what leads to other posts follows when all are there."""
        names = ("title", "slug", "intro", "tags", "comments_open")
        return {
            **{name: facts[name] for name in names},
            "feature_image_id": self._image(facts["feature_image"]),
            "seo_title": facts["seo"]["title"],
            "search_description": facts["seo"]["description"],
            "go_live_at": moment_of(facts["publish_at"]),
            "expire_at": moment_of(facts["expire_at"]),
            "body": self._body(facts["body"], {}),
        }

    def _body(self, blocks: list[dict], pages: dict[str, int]) -> list[dict]:
        """Blocks in stored form."""
        stored = []
        for block in blocks:
            kind, value = block["type"], block["value"]
            if kind == "paragraph":
                value = with_page_ids(value, pages)
            elif kind == "image":
                value = {**value, "image": self._image(value["image"])}
                if value["image"] is None:
                    continue
            elif kind == "gallery":
                ids = [pk for path in value if (pk := self._image(path))]
                value = [{"type": "item", "value": pk, "id": str(uuid.uuid4())} for pk in ids]
                if not value:
                    continue
            stored.append({"type": kind, "value": value, "id": block["id"]})
        return stored

    def _relink(self, folder: str, slug: str) -> Iterator[str]:
        for row in self._files.rows(f"{folder}/posts.json"):
            path = f"{slug}/{row['slug']}"
            facts = self._files.facts(f"{folder}/posts/{row['file']}.json")
            versions = [version for version in (facts, facts["draft"]) if version]
            if any(_leads(version) for version in versions):
                self._once("links", path, lambda path=path, versions=versions: self._link(path, versions))
            yield path

    def _link(self, path: str, versions: list[dict]) -> int:
        post = BlogPostPage.objects.get(pk=self._page(path))
        linked = []
        for version in versions:
            named = {
                name
                for block in version["body"]
                if block["type"] == "paragraph"
                for name in pages_named(block["value"])
            }
            pages = {name: pk for name in named if (pk := self._page(name))}
            linked.append({"body": self._body(version["body"], pages), "reply_to_id": self._page(version["reply_to"])})
        relink_post(post, shown=linked[0], draft=linked[1] if len(linked) > 1 else None)
        return post.pk

    # What readers did

    def _comments(self, path: str, file: str) -> None:
        if not self._files.has(file):
            return
        card = PostCard.objects.get(pk=self._page(path))
        for facts in self._files.rows(file):
            self._once("comment", f"{path}#{facts['number']}", lambda facts=facts: self._add_comment(card, path, facts))

    def _add_comment(self, card: PostCard, path: str, facts: Mapping[str, Any]) -> int:
        self.report.count("comments")
        return restore_comment(
            post=card,
            author_id=self._user(facts["author"]),
            parent_id=self._found("comment", f"{path}#{facts['parent']}") if facts["parent"] else None,
            body=facts["body"],
            created_at=moment_of(facts["created_at"]),
            edited_at=moment_of(facts["edited_at"]),
            deleted_at=moment_of(facts["deleted_at"]),
        ).pk

    def _social(self) -> Iterator[str]:
        for facts in self._files.rows("likes.json"):
            user, card = self._user(facts["user"]), PostCard.objects.filter(pk=self._page(facts["post"])).first()
            if user and card:
                restore_like(user_id=user, post=card, created_at=moment_of(facts["created_at"]))
                self.report.count("likes")
            yield facts["post"]
        for facts in self._files.rows("follows.json"):
            user = User.objects.filter(pk=self._user(facts["user"])).first()
            card = BlogCard.objects.filter(slug=facts["blog"]).first()
            if user and card:
                times = {name: moment_of(facts[name]) for name in ("created_at", "accepted_at")}
                with transaction.atomic():
                    restore_follow(blog=card, user=user, **times)
                    if muted_at := moment_of(facts["muted_at"]):
                        Muting.objects.get_or_create(user=user, blog=card, defaults={"created_at": muted_at})
                self.report.count("follows")
            yield facts["blog"]

    def _redirects(self) -> Iterator[str]:
        for facts in self._files.rows("redirects.json"):
            blog = BlogCard.objects.filter(slug=facts["to_blog"]).values_list("pk", flat=True).first()
            page = self._page(facts["to_post"]) or blog
            if page or facts["to_url"]:
                Redirect.objects.get_or_create(
                    old_path=facts["from"],
                    site=None,
                    defaults={
                        "redirect_page_id": page,
                        "redirect_link": facts["to_url"],
                        "is_permanent": facts["is_permanent"],
                        "automatically_created": facts["is_automatic"],
                    },
                )
                self.report.count("redirects")
            yield facts["from"]


def _leads(version: Mapping[str, Any]) -> bool:
    paragraphs = (block["value"] for block in version["body"] if block["type"] == "paragraph")
    return bool(version["reply_to"]) or any(pages_named(value) for value in paragraphs)


def _is_used() -> bool:
    """Whether anybody has made anything here."""
    return any(model.objects.exists() for model in (BlogPage, Image, File))
