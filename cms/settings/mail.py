"""How mail leaves."""

import dj_email_url
from environs import ValidationError

from cms.environment import env, split_url
from cms.settings.aws import AWS_ACCESS_KEY_ID, AWS_REGION, AWS_SECRET_ACCESS_KEY

SMTP = ("smtp", "smtps", "smtp+tls", "smtp+ssl")


@env.parser_for("mail")
def parse_mail(value: str) -> dict:
    """Django's EMAIL_* settings for `console:`, `smtp://user:password@host:port` or `ses://`."""
    parts = split_url(value, schemes=("console", *SMTP, "ses"))
    if parts.scheme == "ses":
        return {"EMAIL_BACKEND": "django_ses.SESBackend"}
    if parts.scheme in SMTP and not parts.hostname:
        raise ValidationError("The URL names no host.")
    return dj_email_url.parse(value)


_mail = env.mail("EMAIL_URL", "console:")

EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
EMAIL_SUBJECT_PREFIX = ""

AWS_SES_ACCESS_KEY_ID = AWS_ACCESS_KEY_ID
AWS_SES_SECRET_ACCESS_KEY = AWS_SECRET_ACCESS_KEY
AWS_SES_REGION_NAME = AWS_REGION
AWS_SES_REGION_ENDPOINT_URL = f"https://email.{AWS_REGION}.amazonaws.com"


@env.parser_for("sender")
def parse_sender(value: str) -> str:
    """An address as it stands in From:, with or without a name."""
    if "@" not in value or any(not character.isprintable() for character in value):
        raise ValidationError("Not an e-mail address.")
    return value


DEFAULT_FROM_EMAIL = env.sender("DEFAULT_FROM_EMAIL", "Inktree <noreply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
