"""The process's secrets: given by the environment, or made once and kept under DATA_DIR."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from environs import EnvError, ValidationError


def kept(path: Path, *, make: Callable[[], str], variable: str) -> str:
    """The secret kept in `path`, made first if there is none.

    The file is readable by its owner only and appears whole or not at all. Of two processes that start at once one
    wins and both get its secret.
    """
    try:
        return path.read_text()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise EnvError(f'Environment variable "{variable}" not set, and DATA_DIR cannot be read: {path}') from error
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent)  # created with mode 0600
        try:
            with os.fdopen(handle, "w") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
        return path.read_text()
    except OSError as error:
        raise EnvError(
            f'Environment variable "{variable}" not set, and none can be kept under DATA_DIR, in {path.parent}'
        ) from error


def make_signing_key() -> str:
    """A new EC P-256 private key as PEM."""
    return private_pem(ec.generate_private_key(ec.SECP256R1()))


def parse_signing_key(value: str) -> ec.EllipticCurvePrivateKey:
    """An EC P-256 private key from PEM, in which `\\n` may stand for the line breaks."""
    try:
        key = serialization.load_pem_private_key(value.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError) as error:
        raise ValidationError("Not a private key in PEM form without a password.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValidationError("Not an EC P-256 private key.")
    return key


def parse_public_keys(value: str) -> dict[str, str]:
    """Further public keys that are still accepted, from JSON `{kid: PEM}`."""
    try:
        keys = json.loads(value or "{}")
    except ValueError as error:
        raise ValidationError("Not JSON.") from error
    if not isinstance(keys, dict) or not all(isinstance(pem, str) for pem in keys.values()):
        raise ValidationError("Not a JSON object of the form {kid: PEM}.")
    for kid, pem in keys.items():
        try:
            key = serialization.load_pem_public_key(pem.encode())
        except (ValueError, TypeError) as error:
            raise ValidationError(f"The key {kid!r} is not a public key in PEM form.") from error
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValidationError(f"The key {kid!r} is not an EC P-256 public key.")
    return keys


def private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    """The key as PEM, without a password."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def public_pem(key: ec.EllipticCurvePrivateKey) -> str:
    """The public half of a key as PEM."""
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def key_id(key: ec.EllipticCurvePrivateKey) -> str:
    """The key's JWK thumbprint (RFC 7638): the same key has the same `kid` wherever it is loaded."""
    numbers = key.public_key().public_numbers()
    x, y = (_base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    jwk = json.dumps({"crv": "P-256", "kty": "EC", "x": x, "y": y}, separators=(",", ":"), sort_keys=True)
    return _base64url(hashlib.sha256(jwk.encode()).digest())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
