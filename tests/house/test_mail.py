"""Contract §1: EMAIL_URL chooses the console, an SMTP server or SES."""

from __future__ import annotations

import json
import urllib.request

import pytest
from django.core import mail
from django.test import override_settings

from cms.settings.mail import parse_mail


class TestEmailUrl:
    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("console:", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
            (
                "smtp+tls://user:p%40ss@mail.example.org:587",
                {
                    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                    "EMAIL_HOST": "mail.example.org",
                    "EMAIL_PORT": 587,
                    "EMAIL_HOST_USER": "user",
                    "EMAIL_HOST_PASSWORD": "p@ss",
                    "EMAIL_USE_TLS": True,
                    "EMAIL_USE_SSL": False,
                },
            ),
            ("smtp://localhost:2525", {"EMAIL_HOST": "localhost", "EMAIL_PORT": 2525, "EMAIL_USE_TLS": False}),
            ("ses://", {"EMAIL_BACKEND": "django_ses.SESBackend"}),
        ],
    )
    def test_is_understood(self, url, expected):
        assert expected.items() <= parse_mail(url).items()


class TestSes:
    def test_takes_a_mail(self, aws):
        aws.client("ses").verify_email_identity(EmailAddress="noreply@example.com")
        ses = override_settings(
            EMAIL_BACKEND="django_ses.SESBackend",
            AWS_SES_ACCESS_KEY_ID=aws.access_key,
            AWS_SES_SECRET_ACCESS_KEY=aws.secret_key,
            AWS_SES_REGION_NAME=aws.region,
            AWS_SES_REGION_ENDPOINT_URL=aws.endpoint_url,
        )
        with ses:
            assert mail.send_mail("Hello", "How are you?", "noreply@example.com", ["ada@example.com"]) == 1
        with urllib.request.urlopen(f"{aws.endpoint_url}/_ministack/ses/messages") as answer:
            assert "ada@example.com" in json.dumps(json.load(answer))
