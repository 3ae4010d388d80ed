"""The service and RabbitMQ are killed, and DynamoDB misbehaves, while events come doubled and out of order.

In the end the figures equal the rows. `STATS_KILLS` says how many kills there are, `STATS_EVENTS` how many events.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings as cms
from django.utils import timezone
from kombu import Connection

from blogs.models import BlogCard, Follow
from core import statistics, statistics_queue
from core.models import Event
from social.models import Comment, Like, PostViews
from stats.store.dynamodb import DynamoDBStore
from tests.faults.programs import Program
from tests.house.commands import environment, wait_until
from tests.servers.ports import free_port
from tests.servers.rabbitmq import RabbitMQ, running_rabbitmq
from tests.servers.s3 import Aws
from tests.stats.conftest import dynamodb_store
from tests.stats.proxies import BadProxy, bad_proxy
from tests.stats.stories import Story, stored, summed
from tests.stats.test_counting import meet

KILLS = int(os.environ.get("STATS_KILLS") or 4)
EVENTS = int(os.environ.get("STATS_EVENTS") or 500)

pytestmark = pytest.mark.needs("rabbitmq")


@dataclass
class Counting:
    """The running service with all it needs."""

    rabbitmq: RabbitMQ
    proxy: BadProxy
    service: Program
    store: DynamoDBStore
    url: str

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False


@pytest.fixture(scope="module")
def rabbitmq() -> Iterator[RabbitMQ]:
    with running_rabbitmq() as rabbitmq:
        yield rabbitmq


@pytest.fixture
def counting(rabbitmq, aws: Aws, tmp_path: Path, settings, monkeypatch) -> Iterator[Counting]:
    store = dynamodb_store(aws)
    port = free_port()
    with bad_proxy(aws.endpoint_url) as proxy:
        variables = environment(
            tmp_path,
            STATS_PORT=str(port),
            STATS_BROKER_URL=rabbitmq.url,
            STATS_TABLE=store.table,
            DYNAMODB_ENDPOINT_URL=proxy.url,
            AWS_ACCESS_KEY_ID=aws.access_key,
            AWS_SECRET_ACCESS_KEY=aws.secret_key,
            JWT_PUBLIC_KEYS=json.dumps(cms.JWT_KEYS["public"]),
        )
        service = Program("-m", "stats", variables=variables, log=tmp_path / "stats.log")
        settings.STATS_BROKER_URL = rabbitmq.url
        monkeypatch.setattr(statistics, "_ensure_thread", lambda: None)
        _empty(rabbitmq.url)
        service.start()
        counting = Counting(rabbitmq, proxy, service, store, f"http://127.0.0.1:{port}")
        try:
            wait_until(counting.is_ready)  # it has made its table by then
            yield counting
        finally:
            service.kill()
            statistics_queue._forget_connection()


def _empty(url: str) -> None:
    with Connection(url) as broker:
        for queue in (statistics_queue.DEAD_LETTERS, statistics_queue.EVENTS):
            bound = queue(broker.default_channel)
            bound.declare()
            bound.purge()


def waiting_in(url: str, name: str) -> int:
    with Connection(url) as broker:
        return broker.default_channel.queue_declare(name, passive=True).message_count


class Sender(threading.Thread):
    """Sends events as the relay does: again and again until the broker has them."""

    def __init__(self, events: list[dict], chance: random.Random):
        super().__init__(daemon=True)
        self.events, self.chance = events, chance

    def run(self) -> None:
        start = 0
        while start < len(self.events):
            some = self.events[start : start + self.chance.randrange(1, 25)]
            try:
                statistics_queue.send(some)
            except Exception:  # whatever a broker that was killed leaves one with
                time.sleep(0.2)
            else:
                start += len(some)
                time.sleep(self.chance.uniform(0, 0.25))


class TestKillsAndFaults:
    def test_leave_figures_that_equal_the_rows(self, counting: Counting):
        chance = random.Random(KILLS)
        story = Story(chance).go_on(EVENTS)
        story.delete_blog(3)
        events = [*story.events, *chance.sample(story.events, len(story.events) // 3)]
        chance.shuffle(events)
        sender = Sender(events, chance)
        sender.start()
        counting.proxy.faults = {"throttle": 0.2, "error": 0.1, "swallow": 0.1}
        for number in range(KILLS):
            time.sleep(random.uniform(1, 2))
            victim = counting.rabbitmq if number % 4 == 1 else counting.service
            victim.kill()
            time.sleep(random.uniform(0.1, 0.4))
            victim.start()
        sender.join(120)
        assert not sender.is_alive()
        counting.proxy.faults = {"throttle": 0.05}

        wanted = {**meet(story.figures), "all": summed(meet(story.figures))}
        try:
            wait_until(lambda: _everything(counting, story) == wanted, 90)
        except AssertionError:
            assert _everything(counting, story) == wanted
        wait_until(lambda: waiting_in(counting.rabbitmq.url, statistics_queue.NAME) == 0)
        assert waiting_in(counting.rabbitmq.url, statistics_queue.DEAD) == 0
        print(f"\n{len(events)} events, {KILLS} kills, requests to DynamoDB: {dict(counting.proxy.done)}")


class TestMessageThatCannotBeRead:
    def test_goes_to_the_dead_letters_and_holds_nothing_up(self, counting: Counting):
        with Connection(counting.rabbitmq.url) as broker, broker.Producer() as producer:
            for body in ("not json", '{"events": 1}', '{"events": [{"kind": "post.liked"}]}'):
                producer.publish(body, routing_key=statistics_queue.NAME, exchange=statistics_queue.NAME)
        story = Story(random.Random(1)).go_on(20)
        statistics_queue.send([*story.events, {"kind": "of tomorrow"}])
        wait_until(lambda: waiting_in(counting.rabbitmq.url, statistics_queue.DEAD) == 3)
        wait_until(lambda: _figures(counting, story) == meet(story.figures))


class TestBrokerThatIsDown:
    def test_slows_no_call_and_loses_nothing(self, counting: Counting, alice, bob, anyone, settings):
        settings.STATS_BROKER_URL = "amqp://127.0.0.1:1//"
        began = time.monotonic()
        post = alice.write()
        bob.put(f"posts/{post['id']}/like/")
        bob.put(f"blogs/{alice.blog}/follow/")
        bob.post(f"posts/{post['id']}/comments/", json={"body": "Well said"})
        anyone.post(f"posts/{post['id']}/view/", 202)
        assert time.monotonic() - began < 5
        statistics.tell_waiting()
        untold = Event.objects.filter(tell_at__isnull=False).count()
        assert untold >= 5

        settings.STATS_BROKER_URL = counting.rabbitmq.url
        self._make_due()
        statistics.tell_waiting()
        assert not Event.objects.filter(tell_at__isnull=False).exists()
        blog = BlogCard.objects.get(slug=alice.blog)
        rows = {
            "posts": 1,
            "followers": Follow.objects.filter(blog=blog).count(),
            "likes": Like.objects.filter(post__blog=blog).count(),
            "comments": Comment.objects.filter(post__blog=blog).count(),
            "replies": 0,
            "views": 1,
        }
        wait_until(lambda: counting.store.total(f"blog:{blog.pk}") == rows)

    @staticmethod
    def _make_due() -> None:
        Event.objects.filter(tell_at__isnull=False).update(tell_at=timezone.now())
        PostViews.objects.update(tell_at=timezone.now())


class TestStoreThatIsDown:
    def test_keeps_events_in_the_queue(self, counting: Counting):
        counting.proxy.faults = {"throttle": 1.0}
        story = Story(random.Random(4)).go_on(60)
        statistics_queue.send(story.events)
        time.sleep(2)
        counting.service.kill()
        counting.service.start()
        counting.proxy.faults = {}
        wait_until(lambda: _figures(counting, story) == meet(story.figures))
        assert waiting_in(counting.rabbitmq.url, statistics_queue.DEAD) == 0


def _everything(counting: Counting, story: Story) -> dict:
    everything = {"total": counting.store.total("all"), **counting.store.counts_by_day("all")}
    everything = {place: counts for place, counts in everything.items() if any(counts.values())}
    return {**_figures(counting, story), "all": everything}


def _figures(counting: Counting, story: Story) -> dict:
    try:
        return stored(counting.store, story)
    except Exception:  # its table is not there yet
        return {}
