"""Who may join, how long a sign-in lasts, and the first administrator."""

from environs import ValidationError, validate

from cms.environment import env


@env.parser_for("username")
def parse_username(value: str) -> str:
    """A user name as registration takes it."""
    validate.Regexp(r"[A-Za-z0-9_-]{3,30}\Z", error="Not 3 to 30 letters, digits, - and _.")(value)
    return value


@env.parser_for("email_address")
def parse_email_address(value: str) -> str:
    """A bare e-mail address; empty stays empty."""
    if value:
        validate.Email(error="Not an e-mail address.")(value)
    return value


@env.parser_for("password")
def parse_password(value: str) -> str:
    """A password of a length that can be signed in with; empty stays empty."""
    if value and not 10 <= len(value) <= 128:
        raise ValidationError("Not 10 to 128 characters long.")
    return value


REGISTRATION_OPEN = env.bool("REGISTRATION_OPEN", True)
POSTS_REQUIRE_REVIEW = env.bool("POSTS_REQUIRE_REVIEW", False)
ACCESS_TOKEN_MINUTES = env.int("ACCESS_TOKEN_MINUTES", 15, validate=validate.Range(1, 24 * 60))
REFRESH_TOKEN_DAYS = env.int("REFRESH_TOKEN_DAYS", 30, validate=validate.Range(1, 3650))

ADMIN_USERNAME = env.username("ADMIN_USERNAME", "admin")
ADMIN_EMAIL = env.email_address("ADMIN_EMAIL", "")
ADMIN_PASSWORD = env.password("ADMIN_PASSWORD", "")
