"""Where bytes are kept: public pictures (`default`), personal files (`files`) and static files."""

import re
from urllib.parse import urlsplit

from environs import ValidationError

from cms.environment import env, split_url
from cms.settings.addresses import BASE_URL
from cms.settings.aws import AWS_ACCESS_KEY_ID, AWS_REGION, AWS_SECRET_ACCESS_KEY
from cms.settings.debugging import DEBUG
from cms.settings.paths import DATA_DIR

PART = 8 * 1024 * 1024
MEDIA_CACHE_CONTROL = "public, max-age=31536000, immutable"


@env.parser_for("bucket")
def parse_bucket(value: str) -> str:
    """The name of a bucket."""
    if value and not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", value):
        raise ValidationError("Not the name of a bucket.")
    return value


@env.parser_for("domain")
def parse_domain(value: str) -> tuple[str, str]:
    """The scheme and the rest of an address under which a bucket is served, written with or without `https://`."""
    if not value:
        return "https:", ""
    parts = split_url(value if "://" in value else f"https://{value}", schemes=("http", "https"))
    if not parts.hostname or parts.query or parts.fragment:
        raise ValidationError("Not of the form [http(s)://]host[:port][/path].")
    return f"{parts.scheme}:", f"{parts.netloc}{parts.path}".rstrip("/")


S3_BUCKET = env.bucket("S3_BUCKET", "")
S3_ENDPOINT_URL = env.address("S3_ENDPOINT_URL", "", schemes=("http", "https"))
_domain = env.domain("S3_CUSTOM_DOMAIN", "")

MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
FILES_ROOT = DATA_DIR / "files"
UPLOADS_ROOT = DATA_DIR / "uploads"  # what is still coming in
STATIC_ROOT = DATA_DIR / "static"
STATIC_URL = "/static/"


def s3_storages(
    *,
    bucket: str,
    endpoint_url: str,
    access_key: str | None,
    secret_key: str | None,
    region: str,
    domain: tuple[str, str] = ("https:", ""),
) -> dict:
    """The entries of STORAGES that keep pictures and files in a bucket."""
    from boto3.s3.transfer import TransferConfig  # slow to import, and nobody else needs it here
    from botocore.config import Config

    protocol, host = domain if domain[1] else _address_of(bucket, endpoint_url, region)
    shared = {
        "bucket_name": bucket,
        "endpoint_url": endpoint_url or None,
        "access_key": access_key,
        "secret_key": secret_key,
        "region_name": region,
        # An upload is to fail within seconds when the storage is down, and its threads not long after.
        "client_config": Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if endpoint_url else "auto"},
            connect_timeout=2,
            read_timeout=4,
            retries={"total_max_attempts": 2, "mode": "standard"},
        ),
        "file_overwrite": False,
        "default_acl": None,
    }
    public = {
        "location": "media",
        "querystring_auth": False,
        "url_protocol": protocol,
        "custom_domain": host,  # without it, each URL would be made by boto3
        "object_parameters": {"CacheControl": MEDIA_CACHE_CONTROL},
        "transfer_config": TransferConfig(use_threads=False),  # pictures are small, and written side by side anyway
    }
    private = {
        "location": "files",
        "querystring_auth": True,
        "querystring_expire": 60,  # it is followed at once by the one who asked for it
        "object_parameters": {"CacheControl": "private, no-store"},
    }
    # Of an upload in parts, no more than this is in memory at a time.
    transfers = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=2)
    transfers.max_in_memory_upload_chunks = 2
    private["transfer_config"] = transfers
    return {
        "default": {"BACKEND": "media.storages.PublicS3Storage", "OPTIONS": shared | public},
        "files": {"BACKEND": "media.files.storages.PrivateS3Storage", "OPTIONS": shared | private},
    }


def _address_of(bucket: str, endpoint_url: str, region: str) -> tuple[str, str]:
    """The scheme and the rest of the address under which the bucket itself serves what is public."""
    if endpoint_url:
        parts = urlsplit(endpoint_url)
        return f"{parts.scheme}:", f"{parts.netloc}{parts.path.rstrip('/')}/{bucket}"
    if "." in bucket:  # which no certificate of the other form covers
        return "https:", f"s3.{region}.amazonaws.com/{bucket}"
    return "https:", f"{bucket}.s3.{region}.amazonaws.com"


def _disk(**options) -> dict:
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o640, "directory_permissions_mode": 0o750, **options},
    }


if S3_BUCKET:
    STORAGES = s3_storages(
        bucket=S3_BUCKET,
        endpoint_url=S3_ENDPOINT_URL,
        access_key=AWS_ACCESS_KEY_ID,
        secret_key=AWS_SECRET_ACCESS_KEY,
        region=AWS_REGION,
        domain=_domain,
    )
else:
    STORAGES = {
        "default": _disk(location=str(MEDIA_ROOT), base_url=BASE_URL + MEDIA_URL),
        "files": _disk(location=str(FILES_ROOT), base_url=None),
    }

STORAGES["staticfiles"] = {
    "BACKEND": (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    )
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
