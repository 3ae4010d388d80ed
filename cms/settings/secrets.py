"""Secrets. Those not given are made at the first start and kept under DATA_DIR; `make web` insists on given ones."""

from django.core.management.utils import get_random_secret_key
from environs import ValidationError

from cms import keys
from cms.environment import env
from cms.settings.paths import DATA_DIR

SECRETS_DIR = DATA_DIR / "secrets"


@env.parser_for("secret")
def parse_secret(value: str) -> str:
    """A long random text."""
    if value and len(value) < 32:
        raise ValidationError("Shorter than 32 characters.")
    return value


env.add_parser("signing_key", lambda value: value and keys.parse_signing_key(value))
env.add_parser("public_keys", keys.parse_public_keys)

SECRET_KEY = env.secret("SECRET_KEY", "") or keys.kept(
    SECRETS_DIR / "secret-key", make=get_random_secret_key, variable="SECRET_KEY"
)

_signing_key = env.signing_key("JWT_PRIVATE_KEY", "") or keys.parse_signing_key(
    keys.kept(SECRETS_DIR / "jwt-private-key.pem", make=keys.make_signing_key, variable="JWT_PRIVATE_KEY")
)
_kid = keys.key_id(_signing_key)

# Tokens are signed with `private` and name its `kid`; they are accepted when signed with any key in `public`.
JWT_KEYS = {
    "private": keys.private_pem(_signing_key),
    "kid": _kid,
    "public": env.public_keys("JWT_PUBLIC_KEYS", "{}") | {_kid: keys.public_pem(_signing_key)},
}
JWT_ISSUER = "inktree"
JWT_AUDIENCE = "inktree"

ADMIN_PASSWORD_FILE = SECRETS_DIR / "admin-password"
