"""The audit log: every act of moderation, with who, what, when and why, in words."""

from __future__ import annotations

import pytest
from wagtail.log_actions import registry
from wagtail.models import BaseLogEntry, ModelLogEntry, PageLogEntry

from core import clock
from tests.client import Api
from tests.moderation.test_blocks import block, later


def logged(action: str) -> BaseLogEntry:
    """The one entry of somebody's act."""
    acts = {"action": action, "user__isnull": False}
    [entry] = [*ModelLogEntry.objects.filter(**acts), *PageLogEntry.objects.filter(**acts)]
    assert abs((clock.now() - entry.timestamp).total_seconds()) < 60
    return entry


def words_of(entry: BaseLogEntry) -> tuple[str, str]:
    """What the site history says."""
    return str(entry.formatter.format_message(entry)), str(entry.formatter.format_comment(entry))


class TestActs:
    def test_block_of_a_blog(self, alice, moderator):
        block(moderator, "blogs/alice", until="2099-01-02T03:04:05Z", reason="Ads.")
        entry = logged("moderation.block")
        assert (entry.user.username, entry.label, entry.page.slug) == ("mona", "Alice Adams", "alice")
        assert (entry.data["client"], len(entry.data["request_id"])) == ("127.0.0.1", 32)
        message, why = words_of(entry)
        assert message.startswith("Blocked until Jan. 2, 2099, 3:04")
        assert why == "Ads."
        moderator.delete("blogs/alice/block/?reason=He%20is%20sorry")
        assert words_of(logged("moderation.unblock")) == ("Block lifted", "He is sorry")

    def test_block_of_a_user(self, alice, admin):
        block(admin, "users/alice", until=None, reason="Rude.")
        entry = logged("moderation.block")
        assert (entry.user.username, entry.label) == ("admin", "alice")
        assert words_of(entry) == ("Blocked for good", "Rude.")

    def test_lifting_what_is_not_blocked_is_no_act(self, alice, admin):
        admin.delete("users/alice/block/")
        admin.delete("blogs/alice/block/")
        assert not ModelLogEntry.objects.filter(action="moderation.unblock").exists()

    def test_deletion_of_anothers_post(self, alice, moderator):
        post = alice.write("Gone")["id"]
        moderator.delete(f"posts/{post}/?reason=Ads.")
        entry = logged("wagtail.delete")
        assert (entry.user.username, entry.label, entry.page_id) == ("mona", "Gone", post)
        assert words_of(entry) == ("Deleted", "Ads.")

    def test_deletion_of_anothers_blog(self, alice, admin):
        admin.delete("blogs/alice/?reason=Ads.")
        assert (logged("wagtail.delete").label, words_of(logged("wagtail.delete"))[1]) == ("Alice Adams", "Ads.")

    def test_deletion_of_anothers_comment(self, alice, bob, moderator):
        said = bob.post(f"posts/{alice.write()['id']}/comments/", json={"body": "Rude"})["id"]
        moderator.delete(f"comments/{said}/?reason=Rude.")
        assert (logged("wagtail.delete").user.username, words_of(logged("wagtail.delete"))[1]) == ("mona", "Rude.")

    def test_deletion_of_anothers_image(self, alice, admin, picture):
        image = alice.upload(picture(), title="Mine")["id"]
        admin.delete(f"users/alice/images/{image}/?reason=Not%20hers.")
        entry = logged("wagtail.delete")
        assert (entry.user.username, entry.object_id, words_of(entry)[1]) == ("admin", str(image), "Not hers.")

    def test_deletion_of_anothers_file(self, alice, admin):
        file = alice.post("files/", files=[("file", ("a.txt", b"hello"))])["id"]
        admin.delete(f"files/{file}/?reason=Virus.")
        entry = logged("wagtail.delete")
        assert (entry.user.username, entry.object_id, words_of(entry)[1]) == ("admin", str(file), "Virus.")

    def test_deletion_of_a_user(self, alice, admin):
        admin.delete("users/alice/?reason=Robot.")
        entries = ModelLogEntry.objects.filter(action="wagtail.delete", label="alice")
        assert [(entry.user.username, entry.data["reason"]) for entry in entries] == [("admin", "Robot.")]

    def test_what_one_does_to_ones_own_is_none(self, alice, picture):
        post = alice.write()["id"]
        said = alice.post(f"posts/{post}/comments/", json={"body": "Mine"})["id"]
        alice.delete(f"comments/{said}/")
        alice.delete(f"users/alice/images/{alice.upload(picture())['id']}/")
        alice.delete(f"files/{alice.post('files/', files=[('file', ('a.txt', b'x'))])['id']}/")
        assert not ModelLogEntry.objects.filter(action="wagtail.delete").exists()

    @pytest.mark.parametrize("reason", ["x" * 1001, "%00", "%1b"])
    def test_bad_reasons_are_refused_and_nothing_is_done(self, alice, moderator, reason):
        post = alice.write("Stays")["id"]
        moderator.delete(f"posts/{post}/?reason={reason}", 400)
        alice.get(f"posts/{post}/")

    def test_refused_acts_are_none(self, alice, bob):
        bob.delete(f"posts/{alice.write()['id']}/?reason=x", 403)
        block(bob, "blogs/alice", until=later(), expect=403)
        acts = ["wagtail.delete", "moderation.block"]
        assert not PageLogEntry.objects.filter(action__in=acts, user__isnull=False).exists()


class TestWords:
    def test_are_there_for_every_act(self):
        acts = {action for action, _ in registry.get_choices()}
        ours = {"moderation.block", "moderation.unblock", "moderation.report.resolve", "moderation.report.dismiss"}
        assert ours | {"accounts.role"} <= acts
        assert len(acts) == len(registry.get_choices())

    def test_bear_old_entries_that_lack_facts(self, admin: Api):
        for action in ("moderation.report.resolve", "accounts.role", "moderation.block", "wagtail.delete"):
            entry = ModelLogEntry(action=action, data={}, label="x")
            assert words_of(entry)[0]
