"""With S3_BUCKET, pictures and files live in a bucket: the ones public, the others by signed links only."""

from __future__ import annotations

import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.storage.handler import StorageHandler

from cms.settings.storage import s3_storages


def fetch(url: str) -> tuple[int, bytes, dict[str, str]]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, b"", {}


class TestPictures:
    def test_are_public_and_cached_for_good(self, on_s3, aws):
        storage = storages["default"]
        name = storage.save("images/a.png", ContentFile(b"picture"))
        url = storage.url(name)
        assert url == f"{aws.endpoint_url}/{on_s3}/media/{name}"
        status, body, headers = fetch(url)
        assert (status, body) == (200, b"picture")
        assert headers["cache-control"] == "public, max-age=31536000, immutable"
        assert headers["content-type"] == "image/png"

    def test_are_linked_under_the_custom_domain(self):
        options = s3_storages(
            bucket="b",
            endpoint_url="",
            access_key="a",
            secret_key="s",
            region="eu-west-1",
            domain=("http:", "cdn.test/x"),
        )
        storage = StorageHandler(options)["default"]
        assert storage.url("a.png") == "http://cdn.test/x/media/a.png"


class TestPersonalFiles:
    def test_are_given_out_by_signed_links_only(self, on_s3, aws):
        storage = storages["files"]
        name = storage.save("report.pdf", ContentFile(b"mine"))
        url = storage.url(name)
        status, body, headers = fetch(url)
        assert (status, body) == (200, b"mine")
        assert headers["cache-control"] == "private, no-store"
        assert fetch(url.partition("?")[0])[0] == 403
        assert fetch(f"{url[:-4]}0000")[0] == 403

    def test_have_links_that_end_within_a_minute(self, on_s3):
        storage = storages["files"]
        query = parse_qs(urlsplit(storage.url(storage.save("report.pdf", ContentFile(b"mine")))).query)
        assert query["X-Amz-Expires"] == ["60"]
        assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]


class TestTheBucket:
    def test_refuses_a_wrong_key(self, on_s3, aws, settings):
        wrong = s3_storages(
            bucket=on_s3,
            endpoint_url=aws.endpoint_url,
            access_key=aws.access_key,
            secret_key="wrong",
            region=aws.region,
        )
        settings.STORAGES = settings.STORAGES | wrong
        with pytest.raises(Exception, match=r"SignatureDoesNotMatch|403"):
            storages["default"].save("a.png", ContentFile(b"picture"))
