"""A mirror: follows `sync/` page by page, as a static-site builder does, and keeps what it is told."""

from __future__ import annotations

from typing import Any

from tests.client import Api


class Replica:
    """What a mirror knows. `seen` holds every item in the order it came."""

    def __init__(self, limit: int = 20):
        self.posts: dict[int, dict[str, Any]] = {}
        self.seen: list[dict[str, Any]] = []
        self.cursor: str | None = None
        self.limit = limit
        self._api = Api()

    def read_page(self) -> bool:
        """Take in one page; returns whether there is a next one."""
        page = self._api.get("sync/", limit=self.limit, **({"since": self.cursor} if self.cursor else {}))
        for item in page["items"]:
            assert item["type"] == "post"
            assert item["deleted"] is (item["post"] is None)
            self.seen.append(item)
            self.posts.pop(item["id"], None)
            if not item["deleted"]:
                assert item["post"]["id"] == item["id"]
                self.posts[item["id"]] = item["post"]
        self.cursor = page["meta"]["cursor"]
        return page["meta"]["next"] is not None

    def catch_up(self) -> list[dict[str, Any]]:
        """Take in everything there is; returns the new items."""
        before = len(self.seen)
        while self.read_page():
            pass
        return self.seen[before:]

    def restarted(self) -> Replica:
        """A new process that knows what the old one had kept."""
        replica = Replica(self.limit)
        replica.posts, replica.cursor = dict(self.posts), self.cursor
        return replica


def crawl() -> dict[int, dict[str, Any]]:
    """Every public post, read one by one."""
    api, found, path = Api(), {}, "posts/?limit=100"
    while path:
        page = api.get(path)
        found |= {card["id"]: api.get(f"posts/{card['id']}/") for card in page["items"]}
        path = page["meta"]["next"]
    return found


def uncounted(posts: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """The posts without their counters, which are no change."""
    return {pk: {name: value for name, value in post.items() if name != "counts"} for pk, post in posts.items()}
