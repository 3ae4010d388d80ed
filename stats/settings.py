"""The service's configuration: environment variables, named as in the CMS. It has no secret of the CMS."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from stats.store.base import Store

ISSUER = AUDIENCE = "inktree"


def _keys(value: str | dict) -> dict[str, str]:
    """Public keys by their `kid`; raises `ValueError` for anything that is not a public key for ES256."""
    try:
        keys = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError('not JSON of the form {"kid": "PEM"}') from None
    if not isinstance(keys, dict) or not all(isinstance(pem, str) for pem in keys.values()):
        raise ValueError('not of the form {"kid": "PEM"}')
    for pem in keys.values():
        try:
            key = load_pem_public_key(pem.replace("\\n", "\n").encode())
        except ValueError:
            raise ValueError("holds something that is no public key in PEM") from None
        if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
            raise ValueError("holds a key that is not on the curve P-256")
    return {kid: pem.replace("\\n", "\n") for kid, pem in keys.items()}


class Settings(BaseSettings):
    """What the environment says; a variable that is set but empty counts as not set."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8001
    stats_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    data_dir: Path = Path("var")
    stats_broker_url: str = ""
    stats_table: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{3,255}$")] = "inktree-stats"
    dynamodb_endpoint_url: str = ""
    aws_access_key_id: str = ""
    aws_secret_access_key: str = ""
    aws_region: str = "us-east-1"
    jwt_public_keys: Annotated[dict[str, str], NoDecode, BeforeValidator(_keys)] = Field(min_length=1)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"

    @field_validator("stats_broker_url")
    @classmethod
    def _is_amqp(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("amqp", "amqps") or not urlsplit(value).hostname):
            raise ValueError("not an amqp:// URL")
        return value

    @field_validator("dynamodb_endpoint_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("not an http:// URL")
        return value

    @property
    def listens_on(self) -> int:
        """The port: `STATS_PORT`, where the CMS is on the same machine, or `PORT`."""
        return self.stats_port or self.port

    @cached_property
    def store(self) -> Store:
        """DynamoDB where events come from a broker; else the file that the CMS counts in."""
        if not self.stats_broker_url:
            from stats.store.sqlite import SQLiteStore

            return SQLiteStore(self.data_dir / "statistics.sqlite3")
        from stats.store.dynamodb import DynamoDBStore

        return DynamoDBStore(
            self.stats_table,
            endpoint_url=self.dynamodb_endpoint_url,
            region=self.aws_region,
            access_key=self.aws_access_key_id,
            secret_key=self.aws_secret_access_key,
        )
