"""The previous release becomes this one while people read and write, step by step as docs/operating.md says.

Its processes go on working on the schema of this one until they are replaced. Nobody is refused anything, and nothing
that was acknowledged is lost.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.deploy.callers import PASSWORD, Caller, Upload
from tests.deploy.several import Answer, People, Release, Site, running_site
from tests.house.commands import ROOT, wait_until
from tests.servers.s3 import Aws

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.needs("rabbitmq", "nginx")]

PREVIOUS_RELEASE = ("v0.1.1", "9c9c10f77e47c3b5a1fb5174547f99881c546853")
"""Its tag, and the commit it is on for clones without tags. The first commit after a release names that one here."""

NAMES = ("alice", "bob", "carol")
ROUNDS = 3
"""So often each of them makes each call before, between and after the steps."""
LONGEST_ROUNDS = 120
STYLE = re.compile(r"/static/home/reader\.[0-9a-f]+\.css")
WHICH = re.compile(rf"(?<=reader\.)\w+(?=\.css)|(?<=/media/).+|{'|'.join(NAMES)}|\d+")
"""What of a path is different for each post, person and file."""


class Neighbour(People):
    """Who also signs in anew, deletes, comments, follows, searches and shows pictures."""

    def __init__(self, caller: Caller, blog: str, neighbour: str, photo: bytes):
        super().__init__(caller, blog)
        self.neighbour, self.photo = neighbour, photo
        self.deleted: set[int] = set()
        self.comments: dict[int, str] = {}
        self.images: set[int] = set()

    def write_first_post(self) -> None:
        post = {"title": "The first", "markdown": "A *text*.", "status": "live"}
        self.published[self.caller.post(f"blogs/{self.blog}/posts/", post)["id"]] = post["title"]

    def go_round(self, number: int) -> None:
        self.sign_in_anew()
        super().go_round(number)
        self.think_better_of(f"{self.blog} {number} in vain")
        self.call_on_neighbour(f"{self.blog} {number}")
        self.show_picture()
        self.look_around()

    def sign_in_anew(self) -> None:
        _, tokens = self.call("POST", "auth/token/", {"username": self.blog, "password": PASSWORD})
        status, tokens = self.call("POST", "auth/token/refresh/", {"refresh": tokens.get("refresh")})
        if status == 200:
            self.caller = Caller(self.caller.url, tokens["access"])

    def think_better_of(self, title: str) -> None:
        status, made = self.call("POST", f"blogs/{self.blog}/posts/", {"title": title, "markdown": "No."})
        if status == 201:
            self.call("POST", f"posts/{made['id']}/publish/")
            self.call("POST", f"posts/{made['id']}/unpublish/")
            self.call("POST", f"posts/{made['id']}/publish/")
            if self.call("DELETE", f"posts/{made['id']}/")[0] == 204:
                self.deleted.add(made["id"])

    def call_on_neighbour(self, body: str) -> None:
        self.call("DELETE", f"blogs/{self.neighbour}/follow/")
        self.call("PUT", f"blogs/{self.neighbour}/follow/")
        self.call("GET", "feed/home/")
        post = self.first_post_of_neighbour
        status, comment = self.call("POST", f"posts/{post}/comments/", {"body": body})
        if status == 201:
            self.comments[comment["id"]] = body
            if self.call("PATCH", f"comments/{comment['id']}/", {"body": f"{body} anew"})[0] == 200:
                self.comments[comment["id"]] += " anew"
        self.call("GET", f"posts/{post}/comments/")

    @property
    def first_post_of_neighbour(self) -> int:
        return self.caller.get(f"posts/?blog={self.neighbour}&order=oldest&limit=1")["items"][0]["id"]

    def show_picture(self) -> None:
        status, image = self.call("POST", f"users/{self.blog}/images/", Upload("photo.jpg", self.photo))
        if status == 201:
            self.images.add(image["id"])
            self.call("GET", image["url"].removeprefix("http://127.0.0.1:8080"))

    def look_around(self) -> None:
        self.call("GET", f"search/?q={self.neighbour}")
        self.call("GET", "me/notifications/")
        self.call("POST", "me/notifications/read/", {"all": True})
        self.call("GET", "sync/?limit=5")
        self.call("GET", f"blogs/{self.blog}/stats/")
        self.call("GET", f"/stats/blogs/{self.blog}/")
        _, page = self.call("GET", f"/{self.neighbour}/")
        for style in STYLE.findall(page.get("text", "")):
            self.call("GET", style)


@dataclass
class Upgrade:
    """An upgrade that is over: when its steps were, and what was answered meanwhile."""

    site: Site
    release: Release
    crowd: list[Neighbour]
    migrated_at: float
    first_stopped_at: float
    last_started_at: float

    @property
    def answers(self) -> list[Answer]:
        return sorted(answer for people in self.crowd for answer in people.answers)

    def answers_of_previous(self) -> list[Answer]:
        """What the previous release answered when the schema was this one's already."""
        return [one for one in self.answers if self.migrated_at < one.asked_at and one.at < self.first_stopped_at]

    def answers_of_this(self) -> list[Answer]:
        """What this release answered when nothing was left of the previous one."""
        return [one for one in self.answers if self.last_started_at < one.asked_at]


def take_out_previous(folder: Path) -> str:
    """Put the code of the previous release into a new folder; gives the name it was found by.

    An archive, or a clone without history, has none: then it is a copy of this code.
    """
    folder.mkdir()
    for name in PREVIOUS_RELEASE if shutil.which("git") else ():
        # The repository is named, lest another be asked that this code merely lies in.
        command = ["git", f"--git-dir={ROOT / '.git'}", "archive", name]
        taken = subprocess.run(command, capture_output=True, check=False)
        if taken.returncode == 0:
            subprocess.run(["tar", "-x", "-C", folder], input=taken.stdout, check=True)
            return name
    left = shutil.ignore_patterns(".git", ".venv", ".env", "var", "node_modules", "__pycache__")
    shutil.copytree(ROOT, folder, ignore=left, dirs_exist_ok=True)
    warnings.warn("there is no history here: this code is upgraded from itself", stacklevel=1)
    return "this code itself"


def go_on(crowd: list[Neighbour]) -> None:
    """Return when each of them has made each call some times more."""
    goals = [people.rounds + ROUNDS + 1 for people in crowd]  # the rounds they are in began before
    wait_until(lambda: all(people.rounds > goal for people, goal in zip(crowd, goals, strict=True)), LONGEST_ROUNDS)


@pytest.fixture(scope="module")
def upgrade(aws: Aws, picture, tmp_path_factory) -> Iterator[Upgrade]:
    folder = tmp_path_factory.mktemp("rolling")
    code = folder / "previous"
    print(f"\nupgraded from {take_out_previous(code)}")
    with (code / "home/static/home/reader.css").open("a") as style:
        style.write("/* the previous */")  # which has another address then, whatever is new in this release

    # People here do more in a minute than limits allow.
    with running_site(folder, aws, code=code, RATE_LIMITS="off") as site:
        release = replace(site.release, code=ROOT, folder=folder / "this")
        crowd = [
            Neighbour(site.anyone.register(name), name, NAMES[place - 1], picture()) for place, name in enumerate(NAMES)
        ]
        for people in crowd:
            people.write_first_post()
        for people in crowd:
            people.start()
        try:
            go_on(crowd)
            release.migrate()
            migrated_at = time.monotonic()
            go_on(crowd)
            first_stopped_at = time.monotonic()
            for name in site.programs:
                site.replace(name, release)
            last_started_at = time.monotonic()
            go_on(crowd)
        finally:
            for people in crowd:
                people.enough.set()
            for people in crowd:
                people.join(60)
        yield Upgrade(site, release, crowd, migrated_at, first_stopped_at, last_started_at)


def kinds_of(answers: list[Answer]) -> Counter[str]:
    """How many answers there were to each kind of request."""
    return Counter(f"{one.method} {WHICH.sub('…', one.path)}" for one in answers)


class TestARollingUpgrade:
    def test_fails_no_request(self, upgrade: Upgrade):
        failed = [answer for answer in upgrade.answers if not 200 <= answer.status < 300]
        print(f"\n{len(upgrade.answers)} answers, {len(failed)} failed: {failed[:5]}")
        assert failed == []

    def test_lets_the_previous_release_do_everything_on_the_schema_of_this_one(self, upgrade: Upgrade):
        kinds = kinds_of(upgrade.answers_of_previous())
        print(f"\n{kinds.total()} answers of the previous release on the new schema: {kinds}")
        assert kinds.keys() == kinds_of(upgrade.answers).keys()
        assert len(kinds) > 25
        assert min(kinds.values()) >= ROUNDS * len(upgrade.crowd)

    def test_gives_pages_of_both_releases_their_files(self, upgrade: Upgrade):
        before, after = (
            {answer.path for answer in answers if STYLE.fullmatch(answer.path)}
            for answers in (upgrade.answers_of_previous(), upgrade.answers_of_this())
        )
        assert len(before) == len(after) == 1
        assert before != after

    def test_loses_nothing_that_was_acknowledged(self, upgrade: Upgrade):
        for people in upgrade.crowd:
            posts = {post["id"]: post for post in people.caller.get_all("posts/?limit=100")}
            assert {pk: posts[pk]["title"] for pk in people.published} == people.published
            assert all(posts[pk]["liked"] for pk in people.liked)
            assert not people.deleted & posts.keys()
            path = f"posts/{people.first_post_of_neighbour}/comments/?limit=100"
            assert {one["id"]: one["body"] for one in people.caller.get_all(path)} == people.comments
            images = people.caller.get_all(f"users/{people.blog}/images/?limit=100")
            assert {image["id"] for image in images} == people.images

    def test_shows_followers_what_both_releases_published(self, upgrade: Upgrade):
        written = {people.blog: people.published.keys() for people in upgrade.crowd}
        for people in upgrade.crowd:
            found = {post["id"] for post in people.caller.get_all("feed/home/?limit=100")}
            assert written[people.blog] | written[people.neighbour] <= found
            assert not people.deleted & found

    def test_does_in_the_background_what_either_release_began(self, upgrade: Upgrade):
        web = Caller(upgrade.site.webs["web-1"])

        def numbers() -> dict[str, float]:
            lines = re.findall(r"^inktree_events_(\w+) (\S+)$", web.get("/metrics")["text"], re.MULTILINE)
            return {name: float(number) for name, number in lines}

        wait_until(lambda: numbers()["waiting"] == 0, 120)
        assert numbers()["given_up"] == 0
        for people in upgrade.crowd:
            found = people.caller.get_all(f"search/?q=text&type=posts&blog={people.blog}&limit=100")
            assert {post["id"] for post in found} == people.published.keys()
            told = people.caller.get_all("me/notifications/?limit=100")
            [other] = [one for one in upgrade.crowd if one.neighbour == people.blog]
            assert other.comments.keys() == {one["comment"] for one in told if one["kind"] == "comment"}

    def test_counts_what_both_releases_did(self, upgrade: Upgrade):
        def are_counted() -> bool:
            totals = [people.caller.get(f"/stats/blogs/{people.blog}/")["totals"] for people in upgrade.crowd]
            return [one["posts"] for one in totals] == [len(people.published) for people in upgrade.crowd]

        wait_until(are_counted, 60)

    def test_leaves_nothing_to_migrate(self, upgrade: Upgrade):
        upgrade.release.manage("migrate", "--check")
