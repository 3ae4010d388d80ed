"""How mail leaves."""

import re
from email.utils import getaddresses
from urllib.parse import unquote

from environs import ValidationError

from cms.environment import env, parse_words, split_url
from cms.settings.aws import AWS_ACCESS_KEY_ID, AWS_REGION, AWS_SECRET_ACCESS_KEY

SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@env.parser_for("mail")
def parse_mail(value: str) -> dict:
    """Django's EMAIL_* settings for `console:`, `smtp://user:password@host:port` or `ses://`.

    `smtp+tls` starts TLS after connecting, `smtps` connects with it.
    """
    parts = split_url(value, schemes=("console", *SMTP_PORTS, "ses"))
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme == "ses":
        return {"EMAIL_BACKEND": "django_ses.SESBackend"}
    if not parts.hostname:
        raise ValidationError("The URL names no host.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or SMTP_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


_mail = env.mail("EMAIL_URL", "console:")

EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail.get("EMAIL_HOST", "localhost")
EMAIL_PORT = _mail.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
EMAIL_SUBJECT_PREFIX = ""

AWS_SES_ACCESS_KEY_ID = AWS_ACCESS_KEY_ID
AWS_SES_SECRET_ACCESS_KEY = AWS_SECRET_ACCESS_KEY
AWS_SES_REGION_NAME = AWS_REGION
AWS_SES_REGION_ENDPOINT_URL = f"https://email.{AWS_REGION}.amazonaws.com"


@env.parser_for("topics")
def parse_topics(value) -> list[str]:
    """A comma-separated list of ARNs of SNS topics."""
    words = parse_words(value)
    for word in words:
        if not re.fullmatch(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,256}", word):
            raise ValidationError(f"{word!r} is not the ARN of an SNS topic.")
    return words


AWS_SNS_EVENT_TRUSTED_TOPIC_ARNS = env.topics("SES_TOPIC_ARNS", [])
"""The topics through which SES may tell of mail that came back; a signature alone says only that Amazon sent it."""


@env.parser_for("sender")
def parse_sender(value: str) -> str:
    """An address as it stands in From:, with or without a name."""
    addresses = [address for _, address in getaddresses([value])]
    if len(addresses) != 1 or not re.fullmatch(r"[^@\s]+@[^@\s]+", addresses[0]) or not value.isprintable():
        raise ValidationError("Not an e-mail address.")
    return value


DEFAULT_FROM_EMAIL = env.sender("DEFAULT_FROM_EMAIL", "noreply@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
