"""`make stats`: the statistics service, given what it needs of the environment and no secret of ours.

Where the environment holds the key that signs tokens, the service gets the public half of it. By itself it is started
as `python -m stats`, with `JWT_PUBLIC_KEYS` from `manage.py public_keys`.
"""

from __future__ import annotations

import json
import os
import sys

from cms import keys
from cms.environment import BASE_DIR, env, exit_on_bad_environment

WITHHELD = (
    "ADMIN_PASSWORD",
    "BROKER_URL",
    "CACHE_URL",
    "DATABASE_REPLICA_URL",
    "DATABASE_URL",
    "EMAIL_URL",
    "JWT_PRIVATE_KEY",
    "SECRET_KEY",
    "SENTRY_DSN",
)


def main() -> None:
    with exit_on_bad_environment():
        variables = environment()
    os.chdir(BASE_DIR)
    os.execve(sys.executable, [sys.executable, "-m", "stats"], variables)  # noqa: S606 - our own program


def environment() -> dict[str, str]:
    """The environment of the service."""
    env.add_parser("signing_key", lambda value: value and keys.parse_signing_key(value))
    env.add_parser("public_keys", keys.parse_public_keys)
    data_dir = env.folder("DATA_DIR", "var")
    public = env.public_keys("JWT_PUBLIC_KEYS", "{}")
    signing_key = env.signing_key("JWT_PRIVATE_KEY", "")
    kept = data_dir / "secrets" / "jwt-private-key.pem"
    if not signing_key and kept.exists():
        signing_key = keys.parse_signing_key(kept.read_text())
    if signing_key:
        public |= {keys.key_id(signing_key): keys.public_pem(signing_key)}
    given = {name: value for name, value in os.environ.items() if name not in WITHHELD}
    return given | {"DATA_DIR": str(data_dir), "JWT_PUBLIC_KEYS": json.dumps(public) if public else ""}


if __name__ == "__main__":
    main()
