"""The cache: each process's memory, or Redis."""

import re

from environs import ValidationError

from cms.environment import env, split_url


@env.parser_for("cache_address")
def parse_cache(value: str) -> str:
    """`locmem:`, or a `redis://…` or `rediss://…` URL."""
    parts = split_url(value, schemes=("locmem", "redis", "rediss"))
    if parts.scheme != "locmem":
        if not parts.hostname:
            raise ValidationError("The URL names no host.")
        if not re.fullmatch(r"/?|/[0-9]{1,5}", parts.path):
            raise ValidationError("The database of a Redis server is a number.")
    return value


CACHE_URL = env.cache_address("CACHE_URL", "locmem:")

CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
        if CACHE_URL.startswith("locmem:")
        else {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL, "KEY_PREFIX": "inktree"}
    )
}
