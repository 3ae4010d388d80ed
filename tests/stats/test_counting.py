"""Events count once, however often and in whatever order they come: the figures equal the rows that are left."""

from __future__ import annotations

import random
import threading

import pytest

from stats.counting import take_events
from stats.figures import read_figures, read_overview
from stats.periods import Period
from stats.store.base import Change, Raced, Store
from stats.store.sqlite import SQLiteStore
from tests.stats.stories import BEGIN, Story, event, parsed, stored, summed

DAY = BEGIN.date()


def batches(chance: random.Random, events: list) -> list[list]:
    """The events in parts of different sizes."""
    parts, start = [], 0
    while start < len(events):
        size = chance.randrange(1, 40)
        parts.append(events[start : start + size])
        start += size
    return parts


def meet(figures: dict) -> dict:
    return {blog: {place: c for place, c in places.items() if any(c.values())} for blog, places in figures.items()}


def assert_equals_rows(store: Store, story: Story) -> None:
    wanted = meet(story.figures)
    assert stored(store, story) == wanted
    everything = {"total": store.total("all"), **store.counts_by_day("all")}
    assert {place: counts for place, counts in everything.items() if any(counts.values())} == summed(wanted)
    for blog in wanted:
        of_posts = {"likes": 0, "comments": 0, "replies": 0, "views": 0}
        for post, facts in story.posts.items():
            if facts["blog"] == blog:
                total = store.total(f"post:{post}")
                of_posts = {name: count + total[name] for name, count in of_posts.items()}
        assert of_posts == {name: wanted[blog].get("total", of_posts)[name] for name in of_posts}


class TestFiguresEqualRows:
    def test_in_the_order_of_the_events(self, store):
        story = Story(random.Random(1)).go_on(400)
        for part in batches(story.chance, parsed(story.events)):
            take_events(store, part)
        assert_equals_rows(store, story)

    @pytest.mark.parametrize("seed", [2, 3])
    def test_in_any_order_and_with_doubles(self, store, seed):
        story = Story(random.Random(seed)).go_on(250)
        story.delete_blog(2)
        story.go_on(60)
        events = parsed(story.events)
        twice = [*events, *random.Random(seed).sample(events, len(events) // 2)]
        random.Random(seed + 10).shuffle(twice)
        for part in batches(story.chance, twice):
            take_events(store, part)
        assert_equals_rows(store, story)

    def test_in_every_one_of_many_orders(self, tmp_path):
        for seed in range(30):
            store = SQLiteStore(tmp_path / f"{seed}.sqlite3")
            store.create()
            story = Story(random.Random(seed)).go_on(60)
            if seed % 2:
                story.delete_blog(1)
            events = parsed(story.events) * 2
            random.Random(seed).shuffle(events)
            for part in batches(story.chance, events):
                take_events(store, part)
            assert_equals_rows(store, story)

    def test_when_several_count_the_same_at_once(self, store):
        story = Story(random.Random(5)).go_on(150)
        events, errors = parsed(story.events), []

        def count(seed: int) -> None:
            mine = list(events)
            random.Random(seed).shuffle(mine)
            try:
                for part in batches(random.Random(seed), mine):
                    take_events(store, part)
            except Exception as error:
                errors.append(error)
            finally:
                if isinstance(store, SQLiteStore):
                    store.close()

        threads = [threading.Thread(target=count, args=(seed,)) for seed in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert_equals_rows(store, story)


class TestCountingThatDiedBetween:
    def test_the_tombstone_and_the_counters_is_made_good_by_the_same_event_again(self, store, monkeypatch):
        told = [
            event("post.published", 1, post=1, blog=1, is_live=True, published_at=BEGIN.isoformat()),
            event("post.liked", 2, post=1, blog=1, actor=5, at=BEGIN.isoformat()),
        ]
        take_events(store, parsed(told))
        gone = parsed([event("post.deleted", 3, post=1, blog=1)])
        with monkeypatch.context() as broken:
            broken.setattr("stats.counting._settle", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                take_events(store, gone)
        assert store.total("blog:1")["likes"] == 1
        take_events(store, gone)
        assert not any(store.total("blog:1").values())
        assert not any(store.total("all").values())


class TestChange:
    def test_is_made_as_a_whole_or_not_at_all(self, store):
        take_events(store, parsed([event("post.liked", 7, post=1, blog=1, actor=5)]))
        key = ("post:1", "like:5")
        state = store.states([key])[key]
        change = Change(states={key: (6, state)})
        change.counts["blog:1", DAY.isoformat()] = {"likes": 5}
        with pytest.raises(Raced):
            store.commit(change)
        assert store.total("blog:1")["likes"] == 1
        assert store.counts_by_day("blog:1")[DAY.isoformat()]["likes"] == 1


class TestFigures:
    def test_have_every_day_and_the_posts_viewed_most(self, store):
        told = [
            event("post.published", number, post=number, blog=1, is_live=True, published_at=BEGIN.isoformat())
            for number in range(1, 15)
        ]
        told += [
            event("post.viewed", 100 + number, post=number, blog=1, day=DAY.isoformat(), count=number)
            for number in range(1, 14)
        ]
        told += [
            event("post.liked", 200, post=14, blog=1, actor=1),
            event("post.unpublished", 201, post=13, blog=1, is_live=False),
        ]
        take_events(store, parsed(told))
        figures = read_figures(store, 1, Period(DAY, DAY.replace(day=3))).document()
        assert figures["totals"] == {"posts": 13, "followers": 0, "likes": 1, "comments": 0, "replies": 0, "views": 91}
        assert [day["date"] for day in figures["days"]] == ["2026-01-01", "2026-01-02", "2026-01-03"]
        assert [day["views"] for day in figures["days"]] == [91, 0, 0]
        assert [post["id"] for post in figures["top_posts"]] == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]
        assert figures["top_posts"][0] == {"id": 12, "views": 12, "likes": 0, "comments": 0, "replies": 0}
        assert read_overview(store, Period(DAY, DAY)).totals.views == 91

    def test_as_a_table(self, store):
        take_events(store, parsed([event("blog.followed", 1, blog=1, actor=2)]))
        text = read_figures(store, 1, Period(DAY, DAY)).csv()
        assert text == "date,posts,followers,likes,comments,replies,views\r\n2026-01-01,0,1,0,0,0,0\r\n"


class TestClearing:
    def test_forgets_everything_and_what_happened_before(self, store):
        story = Story(random.Random(8)).go_on(40)
        take_events(store, parsed(story.events))
        store.clear(floor=len(story.events))
        take_events(store, parsed(story.events[:1] + [e for e in story.events if e["kind"] != "post.viewed"]))
        assert not any(store.total("all").values())
        take_events(store, parsed([event("blog.followed", len(story.events) + 1, blog=1, actor=99)]))
        assert store.total("all")["followers"] == 1
