"""The schema against the answers: requests made from the schema get what it says, and never a 5xx."""

import io
from itertools import pairwise
from zlib import crc32

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase
from hypothesis import settings as examples
from PIL import Image
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.client import Api
from tests.conftest import PASSWORD
from tests.servers.plugin import ADMIN_PASSWORD

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 5

schema = schemathesis.openapi.from_wsgi(
    "/api/v2/schema/",
    get_wsgi_application(),
    headers={"Accept": "application/json"},
    config=SchemathesisConfig.from_dict({"phases": {"coverage": {"unexpected-methods": []}}}),
)


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    """An author with one of everything, made once; `ids` says what stands for the parameters of a path."""
    with django_db_blocker.unblock(), transaction.atomic():
        author, follower = _register("alice"), _register("bob")
        _furnish(author, follower)
        sign_in = {"username": "admin", "password": ADMIN_PASSWORD}
        author.admin = Api().post("auth/token/", 200, json=sign_in)["access"]
        # Django closes connections between requests, which would end the transaction.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        yield author
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
        transaction.set_rollback(True)


def _register(username: str) -> Api:
    fields = {"username": username, "email": f"{username}@example.com", "password": PASSWORD}
    answer = Api().post("auth/register/", json=fields)
    return Api(username, PASSWORD, {"access": answer["access"]}, answer["user"])


def _furnish(author: Api, follower: Api) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48)).save(picture, "PNG")
    image = author.upload(picture.getvalue(), "a.png")["id"]
    post = author.write("A post", tags=["a"], feature_image=image)
    comment = author.post(f"posts/{post['id']}/comments/", json={"body": "A comment"})
    file = author.post("files/", files=[("file", ("a.txt", b"hello"))])
    revision = author.get(f"posts/{post['id']}/revisions/")["items"][0]
    author.patch(f"blogs/{author.blog}/", json={"is_private": True})
    follower.put(f"blogs/{author.blog}/follow/")
    author.ids = {
        "posts": post["id"],
        "comments": comment["id"],
        "images": image,
        "files": file["id"],
        "documents": file["id"],
        "pages": post["id"],
        "sessions": author.get("me/sessions/")["items"][0]["id"],
        "revisions": revision["id"],
        "users": author.username,
        "blogs": author.blog,
        "followers": follower.username,
        "follow-requests": follower.username,
    }


@pytest.fixture
def author(stage, db):
    """The author; whatever the requests of a test change is undone after it."""
    return stage


def point_at_something(case, author) -> None:
    """Let the parameters of the path name what exists, in about every second request."""
    parts = case.operation.path.strip("/").split("/")
    for before, part in pairwise(parts):
        name = part.strip("{}")
        if part.startswith("{") and before in author.ids and len(str(case.path_parameters.get(name))) % 2:
            case.path_parameters[name] = author.ids[before]


def caller_of(case, stage) -> dict[str, str]:
    """The credential of a request: mostly the author's, else the admin's or none, the same in each run."""
    number = crc32(repr((case.path_parameters, case.query, case.body)).encode()) % 5
    token = {0: stage.admin, 1: None}.get(number, stage.tokens["access"])
    return {"Authorization": f"Bearer {token}"} if token else {}


@schema.parametrize()
@examples(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_a_caller_gets_what_the_schema_says(author, case):
    point_at_something(case, author)
    response = case.call(headers=caller_of(case, author))
    documented = case.operation.definition.raw["responses"]
    assert str(response.status_code) in documented, (case.as_curl_command(), response.text[:500])
    case.validate_response(response, checks=CHECKS)
