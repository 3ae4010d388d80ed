"""Mails to readers: who gets one about a new post, when, what stands in it, and how it ends."""

from __future__ import annotations

import re
import smtplib
from datetime import timedelta
from email.header import decode_header

import pytest
from django.core import mail

from accounts.models import User
from blogs.models import BlogCard, Follow, PostCard
from core import bounces, clock
from core.models import Event, RefusedAddress
from core.outbox import _deliver
from social import announcing, deliveries
from social.models import Delivery
from tests.client import Api, is_error


@pytest.fixture(autouse=True)
def _no_mails_yet(db, mailoutbox) -> None:
    """Mails that the cast's registration sends are none of ours."""


@pytest.fixture
def follower(register):
    """Registers a user with a confirmed address who follows a blog."""

    def follower(username: str = "reader", blog: str = "alice", **changes) -> Api:
        reader = register(username)
        User.objects.filter(username=username).update(email_confirmed_at=clock.now(), **changes)
        reader.put(f"blogs/{blog}/follow/")
        mail.outbox.clear()
        return reader

    return follower


@pytest.fixture
def garden(alice) -> str:
    """A private blog of Alice's, whose address is confirmed."""
    User.objects.filter(username="alice").update(email_confirmed_at=clock.now())
    return alice.post("blogs/", json={"title": "Garden", "slug": "garden", "is_private": True})["slug"]


def recipients() -> list[str]:
    return sorted(address.partition("@")[0] for letter in mail.outbox for address in letter.to)


def deliver_all_again() -> None:
    for event in Event.objects.exclude(kind__startswith="account.").order_by("pk"):
        _deliver(event)


def way_out(letter) -> str:
    return re.fullmatch(r"<http://testserver(/unsubscribe/[^>]+)>", letter.extra_headers["List-Unsubscribe"])[1]


class TestNewPost:
    def test_each_follower_gets_one_mail_however_often_events_come(self, alice, bob, follower):
        follower("reader1")
        follower("reader2")
        post = alice.write("Big <news>", intro="Short & sweet")
        deliver_all_again()
        assert recipients() == ["reader1", "reader2"]
        letter = mail.outbox[0]
        html = letter.alternatives[0][0]
        assert letter.subject == "Alice Adams: Big <news>"
        assert post["url"] in letter.body
        assert "Short & sweet" in letter.body
        assert "Big &lt;news&gt;" in html
        assert post["url"] in html
        assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert way_out(letter) in letter.body

    def test_changing_or_publishing_it_again_sends_none(self, alice, follower):
        follower()
        post = alice.write("News")["id"]
        mail.outbox.clear()
        alice.patch(f"posts/{post}/", json={"title": "Newer"})
        alice.post(f"posts/{post}/unpublish/", 200)
        follower("latecomer")
        alice.post(f"posts/{post}/publish/", 200)
        assert recipients() == []

    def test_a_draft_sends_none_until_it_is_published(self, alice, follower):
        follower()
        post = alice.write("News", status="draft")["id"]
        assert recipients() == []
        alice.post(f"posts/{post}/publish/", 200)
        assert recipients() == ["reader"]

    def test_a_post_dated_more_than_a_day_back_sends_none(self, alice, follower):
        follower()
        alice.write("Old", published_at=clock.iso(clock.now() - timedelta(hours=25)))
        assert recipients() == []
        alice.write("Fresh", published_at=clock.iso(clock.now() - timedelta(hours=23)))
        assert recipients() == ["reader"]

    def test_who_does_not_want_it_or_never_confirmed_his_address_gets_none(self, alice, register, follower):
        follower("never", mail_digest="never")
        register("unconfirmed").put("blogs/alice/follow/")
        follower("bounced")
        follower("gone")
        User.objects.filter(username="gone").update(is_active=False)
        bounces.refuse("Bounced@example.com", reason=bounces.BOUNCE)
        mail.outbox.clear()
        alice.write("News")
        assert recipients() == []

    def test_line_breaks_in_names_do_not_reach_the_headers(self, alice, follower):
        follower()
        BlogCard.objects.update(title="Evil\r\nBcc: victim@example.com")
        alice.write("=?utf-8?q?x?= Привет")
        [letter] = mail.outbox
        message = letter.message()
        assert message["Bcc"] is None
        assert letter.recipients() == ["reader@example.com"]
        shown = "".join(
            part.decode(charset or "ascii") if isinstance(part, bytes) else part
            for part, charset in decode_header(str(message["Subject"]))
        )
        assert "Привет" in shown
        assert "\n" not in shown


class TestPrivatePosts:
    def test_go_to_accepted_followers_only(self, alice, follower, garden):
        follower("asked", blog="garden")
        follower("accepted", blog="garden")
        alice.post("blogs/garden/follow-requests/accepted/accept/", 204)
        mail.outbox.clear()
        alice.write("Roses", blog=garden)
        assert recipients() == ["accepted"]

    @pytest.mark.parametrize("loses", ["follow", "post", "blog", "account", "wish"])
    def test_whether_one_may_have_it_is_checked_when_it_is_sent(self, alice, follower, garden, monkeypatch, loses):
        follower("accepted", blog="garden")
        alice.post("blogs/garden/follow-requests/accepted/accept/", 204)
        mail.outbox.clear()
        monkeypatch.setattr(deliveries, "_claim", list)
        post = alice.write("Roses", blog=garden)["id"]
        monkeypatch.undo()
        assert Delivery.objects.filter(post=post, ended_at=None).count() == 1
        past = clock.now() - timedelta(seconds=1)
        match loses:
            case "follow":
                Follow.objects.all().delete()
            case "post":
                PostCard.objects.update(expire_at=past)
            case "blog":
                BlogCard.objects.filter(slug="garden").update(blocked_at=past)
            case "account":
                User.objects.filter(username="accepted").update(blocked_at=past)
            case "wish":
                User.objects.filter(username="accepted").update(mail_digest="never")
        assert deliveries.send_due()
        assert recipients() == []
        assert Delivery.objects.get(post=post).outcome == "left_out"


class TestDigest:
    def test_gathers_the_posts_of_a_day_in_one_mail(self, alice, bob, follower):
        reader = follower(mail_digest="daily")
        reader.put("blogs/bob/follow/")
        mail.outbox.clear()
        for author, title in ((alice, "First"), (bob, "Second"), (alice, "Third")):
            author.write(title)
        assert recipients() == []
        Delivery.objects.filter(kind="digest").update(due_at=clock.now())
        assert deliveries.send_due()
        [letter] = mail.outbox
        assert letter.subject == "3 new posts"
        assert all(title in letter.body for title in ("First", "Second", "Third"))
        assert not Delivery.objects.filter(ended_at=None).exists()
        assert deliveries.send_due()
        assert len(mail.outbox) == 1

    def test_is_left_out_when_nothing_of_it_may_be_read_any_more(self, alice, follower):
        follower(mail_digest="daily")
        post = alice.write("First")["id"]
        alice.post(f"posts/{post}/unpublish/", 200)
        Delivery.objects.filter(kind="digest").update(due_at=clock.now())
        assert deliveries.send_due()
        assert recipients() == []

    def test_is_chosen_in_ones_profile(self, bob):
        assert bob.patch("me/", json={"mail_digest": "daily"})["mail_digest"] == "daily"
        is_error(bob.call("PATCH", "me/", json={"mail_digest": "hourly"}), 400, attr="mail_digest")


class TestFollowMails:
    def test_the_owner_is_told_of_a_request_and_the_reader_of_the_acceptance(self, alice, follower, garden):
        mail.outbox.clear()
        reader = follower("asker", blog="garden")
        reader.delete("blogs/garden/follow/")
        mail.outbox.clear()
        reader.put("blogs/garden/follow/")
        deliver_all_again()
        assert [(letter.to, letter.subject) for letter in mail.outbox] == [
            (["alice@example.com"], "asker would like to follow Garden")
        ]
        mail.outbox.clear()
        alice.post("blogs/garden/follow-requests/asker/accept/", 204)
        deliver_all_again()
        assert [(letter.to, letter.subject) for letter in mail.outbox] == [
            (["asker@example.com"], "You now follow Garden")
        ]


class TestManyFollowers:
    def test_are_reached_in_steps(self, alice, follower, monkeypatch):
        monkeypatch.setattr(announcing, "BATCH", 3)
        monkeypatch.setattr(deliveries, "BATCH", 2)
        for number in range(8):
            follower(f"reader{number}")
        Follow.objects.update(accepted_at=clock.now())  # all at the same moment
        alice.write("News")
        assert recipients() == [f"reader{number}" for number in range(8)]
        assert Event.objects.filter(kind="mails.to_write").count() == 3


class TestTroubleWithTheServer:
    @pytest.fixture
    def send(self, monkeypatch):
        """Lets the sending of mails raise."""

        def send(error: Exception | None) -> None:
            def send_messages(self, messages):
                if error:
                    raise error
                mail.outbox.extend(messages)
                return len(messages)

            monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", send_messages)

        return send

    def test_a_mail_that_could_not_be_sent_is_sent_later(self, alice, follower, send):
        follower()
        send(ConnectionRefusedError("nobody there"))
        alice.write("News")
        delivery = Delivery.objects.get()
        assert (delivery.ended_at, delivery.attempts) == (None, 1)
        assert delivery.due_at > clock.now()
        send(None)
        Delivery.objects.update(due_at=clock.now())
        deliveries.send_overdue()
        deliver_all_again()
        assert recipients() == ["reader"]

    def test_an_address_that_is_refused_for_good_gets_no_more(self, alice, follower, send):
        follower()
        send(smtplib.SMTPRecipientsRefused({"reader@example.com": (550, b"no such user")}))
        alice.write("News")
        assert Delivery.objects.get().outcome == "refused"
        assert RefusedAddress.objects.get().address == "reader@example.com"
        send(None)
        alice.write("More news")
        assert recipients() == []

    def test_an_address_that_is_refused_for_now_is_tried_again(self, alice, follower, send):
        follower()
        send(smtplib.SMTPRecipientsRefused({"reader@example.com": (451, b"greylisted")}))
        alice.write("News")
        assert Delivery.objects.get().ended_at is None
        assert not RefusedAddress.objects.exists()

    def test_a_mail_is_given_up_after_a_day_of_trying(self, alice, follower, send):
        follower()
        send(OSError("down"))
        alice.write("News")
        Delivery.objects.update(attempts=deliveries.MOST_ATTEMPTS - 1, due_at=clock.now())
        deliveries.send_due()
        assert Delivery.objects.get().outcome == "failed"

    def test_a_copy_has_the_same_message_id(self, alice, follower):
        follower()
        alice.write("News")
        Delivery.objects.update(ended_at=None, outcome="", due_at=clock.now())
        deliveries.send_due()
        first, second = mail.outbox
        assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


class TestUnsubscribing:
    def test_opening_the_page_changes_nothing(self, alice, follower, anyone):
        follower()
        alice.write("News")
        page = anyone.call("GET", way_out(mail.outbox[0]), expect=200)
        assert "Alice Adams" in page.content.decode()
        assert "no-referrer" in page.headers["Referrer-Policy"]
        alice.write("More news")
        assert len(mail.outbox) == 2

    def test_one_click_ends_the_mails_of_that_blog_only(self, alice, bob, follower, anyone):
        reader = follower()
        reader.put("blogs/bob/follow/")
        alice.write("News")
        path = way_out(mail.outbox[0])
        for _ in range(2):
            body = {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"}
            anyone.call("POST", path, expect=200, **body)
        mail.outbox.clear()
        alice.write("More news")
        bob.write("Other news")
        assert [letter.subject for letter in mail.outbox] == ["Bob Brown: Other news"]
        assert reader.get("blogs/alice/")["follow"] == "following"
        reader.delete("blogs/alice/follow/")
        reader.put("blogs/alice/follow/")
        alice.write("News again")
        assert len(mail.outbox) == 2

    def test_all_mails_can_be_ended(self, alice, follower, anyone):
        reader = follower()
        alice.write("News")
        body = {"data": "all=1", "content_type": "application/x-www-form-urlencoded"}
        anyone.call("POST", way_out(mail.outbox[0]), expect=200, **body)
        assert reader.get("me/")["mail_digest"] == "never"

    def test_a_changed_link_leads_nowhere(self, alice, follower, anyone):
        follower()
        alice.write("News")
        path = way_out(mail.outbox[0])
        for bad in (path[:-3] + "x/", path.replace("-", "1-", 1), "/unsubscribe/x/", "/unsubscribe/1-0.abc/"):
            for method in ("GET", "POST"):
                assert anyone.call(method, bad).status_code == 404
        assert User.objects.get(username="reader").mail_digest == "each"


class TestBounces:
    def test_of_ses_stop_mail_to_the_address(self, db):
        recipients = [{"emailAddress": "Reader <reader@example.com>"}]
        bounces.address_has_bounced(None, {"bounceType": "Transient", "bouncedRecipients": recipients})
        assert not bounces.is_refused("reader@example.com")
        bounces.address_has_bounced(None, {"bounceType": "Permanent", "bouncedRecipients": recipients})
        assert bounces.is_refused("READER@example.com")

    def test_so_do_complaints(self, db):
        bounces.owner_has_complained(None, {"complainedRecipients": [{"emailAddress": "reader@example.com"}]})
        assert bounces.is_refused("reader@example.com")
