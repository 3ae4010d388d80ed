"""The review queue: what waits, approving and sending back."""

from __future__ import annotations

import pytest
from wagtail.models import TaskState

from tests.moderation_admin.conftest import act, texts

LIST = "/admin/moderation/reviews/"


@pytest.fixture
def submitted(alice) -> dict:
    post = alice.write("Please read", status="draft")
    return alice.post(f"posts/{post['id']}/submit/", 200)


def state_of(post: dict) -> int:
    return TaskState.objects.filter(workflow_state__object_id=str(post["id"])).latest("pk").pk


class TestTheQueue:
    def test_can_be_filtered_and_searched(self, reviewer, submitted):
        for found, params in (
            (True, {}),
            (True, {"blog": "alice"}),
            (True, {"author": "alice"}),
            (True, {"q": "please"}),
            (False, {"blog": "bob"}),
            (False, {"q": "roses"}),
            (False, {"started_at_to": "2020-01-01"}),
        ):
            assert ("Please read</" in texts(reviewer.get(LIST, **params))) is found, params

    def test_holds_changes_of_what_is_live(self, reviewer, alice):
        post = alice.write("Old title")
        alice.patch(f"posts/{post['id']}/", json={"title": "New title", "status": "draft"})
        alice.post(f"posts/{post['id']}/submit/", 200)
        assert "a change" in texts(reviewer.get(LIST))

    def test_approving_publishes(self, reviewer, submitted, anyone):
        act(reviewer, "wagtailcore/taskstate/approve", state_of(submitted))
        assert anyone.get(f"posts/{submitted['id']}/")["status"] == "live"
        assert "Please read</" not in texts(reviewer.get(LIST))

    def test_sending_back_needs_a_reason_which_is_logged_and_told(self, reviewer, submitted, alice):
        state = state_of(submitted)
        act(reviewer, "wagtailcore/taskstate/reject", state, expect=200)
        act(reviewer, "wagtailcore/taskstate/reject", state, reason="Too short")
        assert alice.get(f"posts/{submitted['id']}/")["status"] == "draft"
        assert "Too short" in str(alice.get("me/notifications/")["items"])

    def test_several_are_decided_at_once(self, reviewer, submitted, alice, anyone):
        other = alice.write("Also read", status="draft")
        alice.post(f"posts/{other['id']}/submit/", 200)
        act(reviewer, "wagtailcore/taskstate/approve", [state_of(submitted), state_of(other)])
        assert len(anyone.get("feed/latest/")["items"]) == 2

    def test_what_was_decided_meanwhile_is_not_decided_again(self, reviewer, submitted, anyone):
        state = state_of(submitted)
        act(reviewer, "wagtailcore/taskstate/reject", state, reason="No")
        reviewer.post(f"/admin/bulk/wagtailcore/taskstate/approve/?id={state}", {})
        anyone.get(f"posts/{submitted['id']}/", 404)
