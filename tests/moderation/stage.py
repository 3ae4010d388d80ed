"""The stage of the permission matrix: who is there, and one thing in every state it can be in."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import timedelta

from PIL import Image

from blogs.models import PostCard
from core import clock
from tests.client import Api
from tests.conftest import PASSWORD
from tests.servers.plugin import ADMIN_PASSWORD

LATER = "2099-01-01T00:00:00Z"


@dataclass
class Stage:
    """`people` by the part they play; `things` by the word that stands for them in a path."""

    people: dict[str, Api] = field(default_factory=dict)
    things: dict[str, object] = field(default_factory=dict)


def set_stage() -> Stage:
    """Alice owns things in every state, Dora a blog that is blocked; Vic is who admins act upon."""
    stage = Stage()
    admin = _enter("admin", ADMIN_PASSWORD)
    alice, bob, dora, vic = (_register(name) for name in ("alice", "bob", "dora", "vic"))
    people = {"anyone": Api(), "stranger": _register("charlie"), "follower": bob, "owner": alice, "admin": admin}
    people |= {"author": _register("erin"), "pending": _register("pat"), "banned": _register("banned")}
    people |= {"moderator": _register("mona"), "blocked_owner": dora}
    admin.patch("users/mona/", json={"role": "moderator"})
    stage.people = people
    alice.post("blogs/", json={"title": "Garden", "slug": "garden", "is_private": True})
    for reader, blog in (("follower", "alice"), ("follower", "garden"), ("pending", "garden")):
        people[reader].put(f"blogs/{blog}/follow/")
    alice.post("blogs/garden/follow-requests/bob/accept/", 204)

    shown, unshown, secret = (alice.upload(_picture())["id"] for _ in range(3))
    posts = {
        "public": alice.write("Public", feature_image=shown),
        "private": alice.write("Private", blog="garden", feature_image=secret),
        "draft": alice.write("Draft", status="draft"),
        "scheduled": alice.write("Scheduled", publish_at=LATER),
        "review": alice.write("Review", status="draft"),
        "expired": alice.write("Expired"),
        "blocked": dora.write("Blocked"),
    }
    things: dict[str, object] = {name: post["id"] for name, post in posts.items()}
    alice.post(f"posts/{things['review']}/submit/", 200)
    PostCard.objects.filter(pk=things["expired"]).update(expire_at=clock.now() - timedelta(seconds=1))
    things["revision"] = alice.get(f"posts/{things['public']}/revisions/")["items"][0]["id"]
    things["comment"] = _comment(people["author"], things["public"])
    things["private_comment"] = _comment(bob, things["private"])
    things["blocked_comment"] = _comment(people["author"], things["blocked"])
    things["stub"] = _comment(people["banned"], things["public"])
    things |= {"shown": shown, "unshown": unshown, "secret": secret}
    file = alice.post("files/", files=[("file", ("a.txt", b"hello"))])["id"]
    things["file"], things["shared"] = file, alice.put(f"files/{file}/share/")["share_url"]
    things["report"] = vic.put(f"posts/{things['public']}/report/", json={"reason": "spam"})["id"]
    people["moderator"].put("blogs/dora/block/", json={"until": LATER, "reason": "Ads."})
    admin.put("users/banned/block/", json={"until": LATER, "reason": "Rude."})
    stage.things = things
    return stage


def _register(name: str) -> Api:
    fields = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    made = Api().post("auth/register/", json=fields)
    return Api(name, PASSWORD, {"access": made["access"], "refresh": made["refresh"]}, made["user"])


def _enter(name: str, password: str) -> Api:
    return Api(name, password, Api().post("auth/token/", 200, json={"username": name, "password": password}))


def _comment(author: Api, post: object) -> int:
    return author.post(f"posts/{post}/comments/", json={"body": "Words"})["id"]


def _picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 80, 40)).save(buffer, "PNG")
    return buffer.getvalue()
