"""Mails through Amazon's SES, and what may tell us of mails that came back."""

from __future__ import annotations

import json

import pytest
from django.core.mail import get_connection

from accounts.models import User
from core import clock
from core.models import RefusedAddress
from social import deliveries
from social.models import Delivery
from social.pages import BouncesView


class TestSes:
    @pytest.fixture
    def _through_ses(self, aws, settings, monkeypatch) -> None:
        """Sends mails to readers through SES instead of into a list."""
        aws.client("ses").verify_email_identity(EmailAddress="noreply@example.com")
        settings.DEFAULT_FROM_EMAIL = "noreply@example.com"
        options = {"aws_access_key": aws.access_key, "aws_secret_key": aws.secret_key, "aws_region_name": aws.region}
        options["aws_region_endpoint"] = aws.endpoint_url
        monkeypatch.setattr(deliveries, "get_connection", lambda: get_connection("django_ses.SESBackend", **options))

    @pytest.mark.usefixtures("_through_ses")
    def test_takes_a_mail_to_a_follower(self, aws, alice, bob):
        User.objects.filter(username="bob").update(email_confirmed_at=clock.now())
        bob.put("blogs/alice/follow/")
        before = aws.client("ses").get_send_quota()["SentLast24Hours"]
        alice.write("News")
        assert Delivery.objects.get(kind="post").outcome == "sent"
        assert aws.client("ses").get_send_quota()["SentLast24Hours"] == before + 1


class TestTopicOfBounces:
    def test_nobody_but_amazon_tells_us_of_bounces(self, db, rf):
        bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "reader@example.com"}]}
        notice = {
            "Type": "Notification",
            "MessageId": "1",
            "TopicArn": "arn:aws:sns:us-east-1:1:bounces",
            "Timestamp": "2026-01-01T00:00:00.000Z",
            "SignatureVersion": "1",
            "Signature": "bm90IGEgc2lnbmF0dXJl",
            "SigningCertURL": "https://sns.evil.example/cert.pem",
            "Message": json.dumps({"notificationType": "Bounce", "bounce": bounce, "mail": {}}),
        }
        for body in (notice, notice | {"SigningCertURL": "file:///etc/passwd"}, {}, [], "x"):
            request = rf.post("/hooks/ses/", json.dumps(body), content_type="application/json")
            assert BouncesView.as_view()(request).status_code == 400
        assert not RefusedAddress.objects.exists()

    def test_without_a_topic_there_is_no_such_address(self, anyone):
        assert anyone.call("POST", "/hooks/ses/", json={}).status_code in (403, 404, 405)
