"""Carrying posts over: who writes them, what they show, and what the server has already."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pictures
from memory import Memory
from posts import Post
from server import Account, Refused, Server
from slugify import slugify

LONGEST_USERNAME = 30
LONGEST_NAME = 100
TRIES = 20


@dataclass
class Outcome:
    """What became of everything, and what was lost on the way: pairs of a source and a remark."""

    published: int = 0
    changed: int = 0
    present: int = 0
    authors: int = 0
    pictures: int = 0
    lost: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


class Importer:
    """Carries posts from a folder to a server. Every step is remembered, so it can be cut off and run again."""

    def __init__(self, *, server: Server, memory: Memory, folder: Path, email_host: str):
        self.outcome = Outcome()
        self._server = server
        self._memory = memory
        self._folder = folder
        self._email_host = email_host
        self._accounts: dict[str, Account] = {}
        self._present: dict[str, dict[Any, dict]] = {}

    def bring_author(self, name: str) -> None:
        """Register the author with a blog, or sign in as before, and learn which posts are there. Raises `Refused`."""
        known = self._memory.authors.get(name)
        account = Account(self._server, known) if known else None
        if account is None or not self._works(account):
            account = self._register(name)
        self._title_blog(account, name)
        self._accounts[name] = account
        present = list(account.items("me/posts/?limit=100"))
        self._present[name] = {post["id"]: post for post in present} | {post["slug"]: post for post in present}
        self._memory.save()

    def bring_post(self, post: Post) -> None:
        """Publish the post at its date, unless it is there unchanged. Raises `Refused`."""
        source = str(post.source)
        known = self._memory.posts.get(source, {})
        present = self._present[post.author]
        there = present.get(known.get("id")) or present.get(post.slug)
        if there and known.get("digest") in (None, post.digest):
            self.outcome.present += 1
        elif there:
            self._accounts[post.author].call("PATCH", f"posts/{there['id']}/", json=self._fields(post))
            self.outcome.changed += 1
        else:
            account = self._accounts[post.author]
            there = account.call("POST", f"blogs/{account.known['blog']}/posts/", json=self._fields(post))
            present[there["id"]] = present[there["slug"]] = there
            self.outcome.published += 1
        self._memory.posts[source] = {"id": there["id"], "digest": post.digest}
        self._memory.save()

    def lose(self, post: Post, remark: str) -> None:
        """Note what cannot be carried over."""
        self.outcome.lost.append((str(post.source.relative_to(self._folder)), remark))

    # Authors

    def _works(self, account: Account) -> bool:
        """Whether the server still knows the account; it does not when its database is a new one."""
        try:
            account.call("GET", "me/")
        except Refused as refusal:
            if refusal.status in (401, 403) and "no_active_account" in {code for code, _ in refusal.codes}:
                return False
            raise
        return True

    def _register(self, name: str) -> Account:
        before = self._memory.authors.get(name)
        for number in range(1, TRIES + 1):
            username = before["username"] if before and number == 1 else self._username(name, number)
            password = before["password"] if before and number == 1 else secrets.token_urlsafe(24)
            known = {"username": username, "email": f"{username}@{self._email_host}", "password": password}
            self._memory.authors[name] = known
            self._memory.save()  # before the call: a password that is not remembered would be lost with its account
            try:
                answer = self._server.call("POST", "auth/register/", json=known | {"name": name[:LONGEST_NAME]})
            except Refused as refusal:
                is_taken = refusal.codes and {attr for _, attr in refusal.codes} <= {"username", "email"}
                if not is_taken or number == TRIES:
                    del self._memory.authors[name]
                    raise
                continue
            known |= {"access": answer["access"], "refresh": answer["refresh"]}
            self.outcome.authors += 1
            return Account(self._server, known)
        raise AssertionError

    def _username(self, name: str, number: int) -> str:
        end = f"-{number}" if number > 1 else ""
        short = slugify(name, max_length=LONGEST_USERNAME - len(end), word_boundary=True)
        if len(short) < 3:
            short = f"author-{short or hashlib.sha256(name.encode()).hexdigest()[:8]}"
        return short[: LONGEST_USERNAME - len(end)] + end

    def _title_blog(self, account: Account, name: str) -> None:
        blog = account.call("GET", "me/")["blogs"][0]
        title = name[:LONGEST_NAME]
        if "blog" not in account.known and blog["title"] != title:
            account.call("PATCH", f"blogs/{blog['slug']}/", json={"title": title})
        account.known["blog"] = blog["slug"]

    # Posts

    def _fields(self, post: Post) -> dict[str, Any]:
        if len(post.authors) > 1:
            self.lose(post, f"a post has one author; not named as authors: {', '.join(post.authors[1:])}")
        fields = {
            "title": post.title,
            "slug": post.slug,
            "intro": post.intro,
            "tags": post.tags,
            "markdown": self._with_pictures(post),
            "status": "draft" if post.is_draft else "live",
        }
        if post.date and not post.is_draft:
            fields["publish_at" if post.date > datetime.now(UTC) else "published_at"] = post.date.isoformat()
        return fields

    def _with_pictures(self, post: Post) -> str:
        new = {}
        for address in pictures.addresses(post.markdown):
            if not pictures.is_local(address):
                continue
            file = pictures.local_file(address, source=post.source, folder=self._folder)
            if file is None:
                self.lose(post, f"picture not found: {address}")
                continue
            try:
                new[address] = self._upload(self._accounts[post.author], file)
            except Refused as refusal:
                if refusal.status not in (400, 413):
                    raise
                self.lose(post, f"picture refused: {address} ({refusal})")
        return pictures.replace(post.markdown, new)

    def _upload(self, account: Account, file: Path) -> str:
        content = file.read_bytes()
        uploaded = account.known.setdefault("pictures", {})
        digest = hashlib.sha256(content).hexdigest()
        if digest not in uploaded:
            answer = account.call("POST", f"users/{account.username}/images/", files={"file": (file.name, content)})
            uploaded[digest] = answer["url"]
            self.outcome.pictures += 1
            self._memory.save()
        return uploaded[digest]
