"""The cache: each process's memory, or Redis."""

from cms.environment import env, split_url


@env.parser_for("cache_address")
def parse_cache(value: str) -> str:
    """`locmem:`, or a `redis://…` or `rediss://…` URL."""
    split_url(value, schemes=("locmem", "redis", "rediss"))
    return value


CACHE_URL = env.cache_address("CACHE_URL", "locmem:")

CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
        if CACHE_URL.startswith("locmem:")
        else {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL, "KEY_PREFIX": "inktree"}
    )
}
