"""Under which addresses we listen, are reached, and link to others."""

from urllib.parse import urlsplit

from environs import validate

from cms.environment import env

HOST = env.host("HOST", "127.0.0.1")
PORT = env.int("PORT", 8000, validate=validate.Range(1, 65535))
WEB_CONCURRENCY = env.int("WEB_CONCURRENCY", 1, validate=validate.Range(1, 256))

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "[::]": "[::1]"}  # noqa: S104 - names of it, nothing is bound


def _own_address() -> str:
    host = ANY_ADDRESS.get(HOST, HOST)
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    return f"http://{host}" if PORT == 80 else f"http://{host}:{PORT}"


BASE_URL = env.origin("BASE_URL", "") or _own_address()
FRONTEND_URL = env.address("FRONTEND_URL", "", schemes=("http", "https")).rstrip("/")

_own_host = BASE_URL.partition("://")[2].removesuffix(f":{urlsplit(BASE_URL).port}")
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", "") or sorted({"localhost", "127.0.0.1", "[::1]", _own_host})
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES", "")

CORS_ALLOWED_ORIGINS = env.origins("CORS_ALLOWED_ORIGINS", "")
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = (
    "accept",
    "authorization",
    "content-type",
    "if-none-match",
    "x-request-id",
)
CORS_EXPOSE_HEADERS = ("ETag", "Location", "Retry-After", "X-Request-ID")
