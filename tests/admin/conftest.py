"""Signing in at the admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.admin.browser import Admin
from tests.client import Api
from tests.servers.plugin import ADMIN_PASSWORD


@pytest.fixture
def enter(db) -> Callable[[Api], Admin]:
    """Signs somebody in at the admin's own page."""

    def enter(api: Api) -> Admin:
        client = Client()
        answer = client.post("/admin/login/", {"username": api.username, "password": api.password})
        assert answer.status_code == 302, answer.content
        return Admin(api, client)

    return enter


@pytest.fixture
def author(alice: Api, enter) -> Admin:
    """Alice at the admin."""
    return enter(alice)


@pytest.fixture
def reviewer(moderator: Api, enter) -> Admin:
    """A moderator at the admin."""
    return enter(moderator)


@pytest.fixture
def chief(admin: Api, enter) -> Admin:
    """The admin at the admin."""
    assert admin.password == ADMIN_PASSWORD
    return enter(admin)
