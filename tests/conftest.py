"""The cast and the stage: who calls the API, and what runs beside it."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from PIL import Image

from api.hot_pages import hot_pages
from tests.client import Api
from tests.servers.plugin import ADMIN_PASSWORD
from tests.servers.s3 import Aws, running_aws

PASSWORD = "Corr3ct-horse-battery"


@pytest.fixture(autouse=True)
def _clean_memory() -> None:
    """What one test left in the process's memory is unknown to the next."""
    cache.clear()
    hot_pages.forget()  # ids and versions come again after a rollback


@pytest.fixture
def transactional_db(django_db_serialized_rollback, transactional_db) -> None:
    """Real commits, for tests of concurrency; what `migrate` founded is restored after each such test."""


@pytest.fixture
def live_server(transactional_db, live_server):
    """A server of the test's database over HTTP, on what `migrate` founded."""
    return live_server


@pytest.fixture
def register(db) -> Callable[..., Api]:
    """Registers a user with a first blog and gives the client that is signed in as that user."""

    def register(username: str, **fields) -> Api:
        fields = {"username": username, "email": f"{username}@example.com", "password": PASSWORD, **fields}
        answer = Api().post("auth/register/", json=fields)
        tokens = {"access": answer["access"], "refresh": answer["refresh"]}
        return Api(username, fields["password"], tokens, answer["user"])

    return register


@pytest.fixture
def sign_in(db) -> Callable[[str, str], Api]:
    """Signs in with user name and password."""

    def sign_in(username: str, password: str = PASSWORD) -> Api:
        api = Api(username, password, Api().post("auth/token/", 200, json={"username": username, "password": password}))
        api.me = api.get("me/")
        return api

    return sign_in


@pytest.fixture
def anyone(db) -> Api:
    """A caller without a credential."""
    return Api()


@pytest.fixture
def alice(register) -> Api:
    """An author with a blog `alice`: most tests are about her things."""
    return register("alice", name="Alice Adams")


@pytest.fixture
def bob(register) -> Api:
    """Another author, who comes to have something to do with Alice."""
    return register("bob", name="Bob Brown")


@pytest.fixture
def charlie(register) -> Api:
    """The outsider: signed in, nothing to do with anybody."""
    return register("charlie", name="Charlie Clark")


@pytest.fixture
def admin(sign_in) -> Api:
    """The administrator whom `migrate` founded."""
    return sign_in("admin", ADMIN_PASSWORD)


@pytest.fixture
def moderator(register, sign_in, admin) -> Api:
    """A moderator."""
    username = register("mona", name="Mona Moss").username
    admin.patch(f"users/{username}/", json={"role": "moderator"})
    return sign_in(username)


@pytest.fixture(scope="session")
def picture() -> Callable[..., bytes]:
    """Makes the bytes of a picture."""

    def picture(width: int = 640, height: int = 480, kind: str = "JPEG", color=(200, 80, 40), **options) -> bytes:
        buffer = io.BytesIO()
        Image.new("RGB", (width, height), color).save(buffer, kind, **options)
        return buffer.getvalue()

    return picture


@pytest.fixture
def at_once(transactional_db) -> Callable[..., list[Any]]:
    """Calls functions in as many threads, all let go at the same moment; gives their results or exceptions."""

    def at_once(*calls: Callable[[], Any]) -> list[Any]:
        results: list[Any] = [None] * len(calls)
        start = threading.Barrier(len(calls))

        def run(number: int) -> None:
            try:
                start.wait(30)
                results[number] = calls[number]()
            except Exception as error:
                results[number] = error
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    return at_once


@pytest.fixture(scope="session")
def aws() -> Iterator[Aws]:
    """A running server of Amazon's protocols (S3, DynamoDB, SES) that checks signatures."""
    with running_aws() as aws:
        yield aws


@pytest.fixture
def on_s3(aws: Aws, settings) -> str:
    """Keeps pictures and files in a new bucket instead of on disk; gives the bucket's name."""
    from cms.settings.storage import s3_storages

    bucket = aws.new_bucket(is_public=True)
    settings.STORAGES = settings.STORAGES | s3_storages(
        bucket=bucket,
        endpoint_url=aws.endpoint_url,
        access_key=aws.access_key,
        secret_key=aws.secret_key,
        region=aws.region,
    )
    return bucket
