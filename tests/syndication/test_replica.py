"""A mirror that follows `sync/` while several authors write ends with what a full crawl finds.

`SYNC_MUTATIONS` says how much is written (by default a few hundred changes, so that the tests stay quick).
"""

from __future__ import annotations

import os
import threading
from random import Random

from tests.client import Api
from tests.syndication.replica import Replica, crawl, uncounted

MUTATIONS = int(os.environ.get("SYNC_MUTATIONS", "150"))
WRITERS = 3
RESTART_EACH = 7


class Writer:
    """An author with two blogs who does anything at all, in an order that chance gives."""

    def __init__(self, author: Api, others: Api, random: Random):
        self.author, self.others, self.random = author, others, random
        self.blogs = [author.blog, f"{author.username}-2"]
        author.post("blogs/", json={"title": "Another", "slug": self.blogs[1]})
        self.posts: list[int] = []
        self.number = 0
        self.acts = [
            *[self.write] * 5, *[self.edit] * 4, *[self.unpublish] * 2, *[self.publish] * 3, *[self.delete] * 2,
            self.rename, self.change_date, self.save_draft, self.hide_blog, self.show_blog, self.show_blog,
            self.rename_blog, self.rename_author, self.react,
        ]  # fmt: skip

    def mutate(self) -> None:
        self.number += 1
        self.random.choice(self.acts)()

    def write(self) -> None:
        blog = self.random.randrange(2)
        answer = self._call("POST", f"blogs/{self.blogs[blog]}/posts/", title=f"Post {self.number}", status="live")
        self.posts.append(answer["id"])

    def edit(self) -> None:
        self._change({"title": f"Edited {self.number}", "markdown": f"Text *{self.number}*", "status": "live"})

    def rename(self) -> None:
        self._change({"slug": f"slug-{self.author.username}-{self.number}"})

    def change_date(self) -> None:
        day = f"{self.random.randint(1, 28):02}"
        self._change({"published_at": f"2020-{self.random.randint(1, 12):02}-{day}T00:00:00Z"})

    def save_draft(self) -> None:
        self._change({"title": f"Unseen {self.number}", "status": "draft"})

    def unpublish(self) -> None:
        self._on_a_post("POST", "unpublish/")

    def publish(self) -> None:
        self._on_a_post("POST", "publish/")

    def delete(self) -> None:
        if len(self.posts) > 3:
            self._call("DELETE", f"posts/{self.posts.pop(self.random.randrange(len(self.posts)))}/")

    def hide_blog(self) -> None:
        self._call("PATCH", f"blogs/{self.blogs[1]}/", is_private=True)

    def show_blog(self) -> None:
        self._call("PATCH", f"blogs/{self.blogs[1]}/", is_private=False)

    def rename_blog(self) -> None:
        slug = f"{self.author.username}-blog-{self.number}"
        self._call("PATCH", f"blogs/{self.blogs[1]}/", slug=slug, title=f"Blog {self.number}")
        self.blogs[1] = slug

    def rename_author(self) -> None:
        self._call("PATCH", "me/", name=f"Name {self.number}")

    def react(self) -> None:
        if self.posts:
            post = self.random.choice(self.posts)
            self.others.call("PUT", f"posts/{post}/like/", expect=(200, 404))
            self.others.call("POST", f"posts/{post}/comments/", json={"body": "Hello"}, expect=(201, 404))

    def _change(self, fields: dict) -> None:
        if self.posts:
            self._call("PATCH", f"posts/{self.random.choice(self.posts)}/", **fields)

    def _on_a_post(self, method: str, path: str) -> None:
        if self.posts:
            self._call(method, f"posts/{self.random.choice(self.posts)}/{path}")

    def _call(self, method: str, path: str, **fields):
        answer = self.author.call(method, path, json=fields, expect=(200, 201, 204))
        return answer.json() if answer.content else None


class TestReplica:
    def test_equals_a_full_crawl_after_many_changes_by_many_writers(self, at_once, register):
        authors = [register(f"author{number}") for number in range(WRITERS)]
        writers = [Writer(author, authors[number - 1], Random(number)) for number, author in enumerate(authors)]
        replicas = [Replica(limit=5)]
        done = threading.Event()

        def write() -> None:
            threads = [threading.Thread(target=guarded, args=(writer,)) for writer in writers]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
            done.set()

        failures: list[BaseException] = []

        def guarded(writer: Writer) -> None:
            from django.db import connections

            try:
                for _ in range(MUTATIONS // WRITERS):  # each as many as in any other run, so that enough is left
                    writer.mutate()
            except BaseException as error:
                failures.append(error)
            finally:
                connections.close_all()

        def follow() -> None:
            pages = 0
            while not done.is_set():
                has_more = replicas[-1].read_page()
                pages += 1
                if pages % RESTART_EACH == 0:
                    replicas.append(replicas[-1].restarted())
                if not has_more:
                    done.wait(0.05)

        outcome = at_once(write, follow)
        assert failures == []
        assert outcome == [None, None]

        replica = replicas[-1]
        replica.catch_up()
        truth = uncounted(crawl())
        assert len(truth) > 5
        assert uncounted(replica.posts) == truth

        late = Replica(limit=100)
        late.catch_up()
        assert uncounted(late.posts) == truth
        assert len({item["id"] for item in late.seen}) == len(late.seen)
