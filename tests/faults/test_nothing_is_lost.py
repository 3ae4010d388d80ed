"""Web, workers, ticker and RabbitMQ are killed again and again while people write, like, comment and follow.

In the end every follower has a mail about every post, a second copy only where a process died between the mail server's
acceptance and our record; and every counter equals its rows. `KILLS` says how many kills there are.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Count, F, Q
from kombu import Connection

from accounts.models import User
from blogs.models import BlogCard, Follow, PostCard
from cms import keys
from core import clock
from core.models import Event
from social.models import Delivery, Like
from tests.faults.programs import Mailbox, Program, running_mailbox
from tests.house.commands import environment, wait_until
from tests.servers.ports import free_port
from tests.servers.rabbitmq import RabbitMQ, running_rabbitmq

KILLS = int(os.environ.get("KILLS") or 12)
FOLLOWERS = 20
LONGEST_CALL = 20
PASSWORD = "Corr3ct-horse-battery"

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.needs("rabbitmq")]


@dataclass
class Site:
    """The running programs, and what to reach them by."""

    url: str
    mailbox: Mailbox
    rabbitmq: RabbitMQ
    programs: dict[str, Program] = field(default_factory=dict)

    def call(self, method: str, path: str, body: dict | None = None, token: str = "") -> dict:
        """One request to the API; raises an OSError when there is no answer, or a bad one."""
        request = urllib.request.Request(f"{self.url}/api/v2/{path}", method=method)
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        content = json.dumps(body).encode() if body is not None else None
        with urllib.request.urlopen(request, content, timeout=LONGEST_CALL) as answer:
            return json.loads(answer.read() or b"{}")

    def answers(self) -> bool:
        try:
            self.call("GET", "feed/latest/")
        except OSError:
            return False
        return True


@pytest.fixture
def site(transactional_db, tmp_path: Path) -> Iterator[Site]:
    settings = connection.settings_dict
    port = free_port()
    with running_mailbox() as mailbox, running_rabbitmq() as rabbitmq:
        variables = environment(
            tmp_path,
            DJANGO_SETTINGS_MODULE="cms.settings",
            DATABASE_URL=_with_name(os.environ["DATABASE_URL"], settings["NAME"]),
            BROKER_URL=rabbitmq.url,
            EMAIL_URL=f"smtp://127.0.0.1:{mailbox.port}",
            PORT=str(port),
            RATE_LIMITS="off",
            SECRET_KEY="a secret for the tests of faults, long enough",
            JWT_PRIVATE_KEY=keys.make_signing_key(),
            PYTHONUNBUFFERED="1",
        )
        site = Site(f"http://127.0.0.1:{port}", mailbox, rabbitmq)
        for name, arguments in {
            "web": ("-m", "cms.web"),
            "worker": ("-m", "cms.worker"),
            "ticker": ("manage.py", "ticker"),
        }.items():
            site.programs[name] = Program(*arguments, variables=variables, log=tmp_path / f"{name}.log")
        try:
            for program in site.programs.values():
                program.start()
            wait_until(site.answers, 120)
            yield site
        finally:
            for program in site.programs.values():
                program.kill()


def _with_name(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"


class People(threading.Thread):
    """An author who goes on publishing and a reader who goes on liking and commenting, whatever happens."""

    def __init__(self, site: Site, author: str, reader: str, blog: str):
        super().__init__(daemon=True)
        self.site, self.author, self.reader, self.blog = site, author, reader, blog
        self.published: list[int] = []
        self.slowest = 0.0
        self.enough = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.enough.is_set():
            number += 1
            began = time.monotonic()
            try:
                post = {"title": f"Post {number}", "markdown": "Some *text*.", "status": "live"}
                made = self.site.call("POST", f"blogs/{self.blog}/posts/", post, self.author)["id"]
                self.published.append(made)
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.site.call("PUT", f"posts/{made}/like/", token=self.reader)
                self.site.call("POST", f"posts/{made}/comments/", {"body": "Well said"}, self.reader)
                self.site.call("DELETE" if number % 3 == 0 else "PUT", f"blogs/{self.blog}/follow/", token=self.reader)
            except OSError:
                self.enough.wait(0.3)
            self.enough.wait(0.2)


def register(site: Site, username: str) -> str:
    user = {"username": username, "email": f"{username}@example.com", "password": PASSWORD}
    return site.call("POST", "auth/register/", user)["access"]


def let_many_follow(blog: str) -> None:
    card = BlogCard.objects.get(slug=blog)
    users = [
        User(username=f"f{number}", email=f"f{number}@example.com", email_confirmed_at=clock.now(), password="!")
        for number in range(FOLLOWERS)
    ]
    User.objects.bulk_create(users)
    Follow.objects.bulk_create([Follow(blog=card, user=user, accepted_at=clock.now()) for user in users])
    BlogCard.objects.filter(pk=card.pk).update(follower_count=F("follower_count") + FOLLOWERS)


def do_harm(site: Site, number: int) -> str:
    """Kill something, and start it again a moment later."""
    victim = ("worker", "web", "a child", "rabbitmq", "worker", "a child", "ticker", "web")[number % 8]
    if victim == "a child":
        site.programs["worker"].kill_a_child()
        return victim
    program = site.rabbitmq if victim == "rabbitmq" else site.programs[victim]
    program.kill()
    time.sleep(random.uniform(0.2, 1))
    program.start()
    return victim


def is_quiet() -> bool:
    waiting = Delivery.objects.filter(ended_at=None, due_at__isnull=False).exists()
    return not waiting and not Event.objects.filter(delivered_at=None, given_up_at=None).exists()


class TestKillsOfEverything:
    def test_no_mail_is_lost_and_counters_equal_rows(self, site: Site):
        author, reader = register(site, "alice"), register(site, "bob")
        let_many_follow("alice")
        people = People(site, author, reader, "alice")
        people.start()
        harm = Counter()
        for number in range(KILLS):
            time.sleep(random.uniform(1.5, 3.5))
            harm[do_harm(site, number)] += 1
        time.sleep(2)
        people.enough.set()
        people.join(LONGEST_CALL * 2)
        wait_until(site.answers, 60)
        wait_until(is_quiet, 240)

        posts = set(PostCard.objects.filter(is_live=True).values_list("pk", flat=True))
        assert len(people.published) >= KILLS // 2, "people hardly came to writing"
        assert set(people.published) <= posts
        self._every_follower_has_every_mail(site.mailbox, posts, harm)
        self._counters_equal_rows()
        assert not Event.objects.filter(given_up_at__isnull=False).exists()
        assert _dead_letters(site.rabbitmq.url) == 0
        print(
            f"\n{len(posts)} posts, {len(site.mailbox.taken)} mails, {site.mailbox.copies} second copies, "
            f"kills: {dict(harm)}, slowest publication {people.slowest:.1f} s"
        )

    @staticmethod
    def _every_follower_has_every_mail(mailbox: Mailbox, posts: set[int], harm: Counter) -> None:
        followers = {f"f{number}@example.com" for number in range(FOLLOWERS)}
        rows = Delivery.objects.filter(kind="post", user__email__in=followers)
        assert set(rows.values_list("post_id", "user__email")) == {
            (post, email) for post in posts for email in followers
        }
        assert not rows.exclude(outcome="sent").exists()
        taken = Counter(email for _, email in mailbox.taken if email in followers)
        assert taken == dict.fromkeys(followers, len(posts))
        most = max(2, os.cpu_count() or 1)
        assert mailbox.copies <= most * harm["worker"] + harm["a child"]

    @staticmethod
    def _counters_equal_rows() -> None:
        live = Q(comments__deleted_at=None)
        posts = PostCard.objects.annotate(l=Count("likes", distinct=True), c=Count("comments", live, distinct=True))
        assert [post.pk for post in posts if (post.like_count, post.comment_count) != (post.l, post.c)] == []
        for blog in BlogCard.objects.all():
            accepted = Follow.objects.filter(blog=blog, accepted_at__isnull=False).count()
            written = PostCard.objects.filter(blog=blog, is_live=True).count()
            assert (blog.follower_count, blog.post_count) == (accepted, written)
        assert Like.objects.exists()


def _dead_letters(url: str) -> int:
    with Connection(url) as broker:
        return broker.default_channel.queue_declare("inktree.dead", passive=True).message_count
