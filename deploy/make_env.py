"""Prints a `.env` for docker-compose.yml with new secrets; needs openssl and nothing else.

python3 deploy/make_env.py > .env
python3 deploy/make_env.py https://blogs.example.org > .env
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import subprocess
import sys


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True).stdout


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def key_id(public: bytes) -> str:
    """The name of a key in its tokens: the thumbprint of RFC 7638. `public` in DER form ends with the point."""
    x, y = base64url(public[-64:-32]), base64url(public[-32:])
    jwk = json.dumps({"crv": "P-256", "kty": "EC", "x": x, "y": y}, separators=(",", ":"), sort_keys=True)
    return base64url(hashlib.sha256(jwk.encode()).digest())


def main(base_url: str) -> None:
    made = openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout")
    private = openssl("pkcs8", "-topk8", "-nocrypt", given=made).decode().strip()
    public = openssl("pkey", "-pubout", given=made).decode().strip()
    kid = key_id(openssl("pkey", "-pubout", "-outform", "DER", given=made))
    lines = {
        "BASE_URL": base_url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "JWT_PRIVATE_KEY": "'" + private.replace("\n", "\\n") + "'",
        "JWT_PUBLIC_KEYS": "'" + json.dumps({kid: public}) + "'",
        "ADMIN_PASSWORD": secrets.token_urlsafe(15),
        "METRICS_TOKEN": secrets.token_urlsafe(24),
        **{f"{name}_PASSWORD": secrets.token_hex(20) for name in ("POSTGRES", "RABBITMQ", "REDIS", "S3")},
    }
    print("\n".join(f"{name}={value}" for name, value in lines.items()))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080")
