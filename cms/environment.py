"""Reading the environment strictly: a wrong value stops the start with one line that names the variable."""

from __future__ import annotations

import ipaddress
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from environs import Env, EnvError, ValidationError

BASE_DIR = Path(__file__).resolve().parent.parent

HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?")


class Environment(Env):
    """The process environment and the file `.env`; a variable that is set but empty counts as not set."""

    def _get_value(self, env_key: str, default):
        value = super()._get_value(env_key, default)
        return default if isinstance(value, str) and not value.strip() else value


env = Environment()
env.read_env(BASE_DIR / ".env", recurse=False)


@contextmanager
def exit_on_bad_environment() -> Iterator[None]:
    """Turn a wrong or missing variable into one line on stderr and exit code 1."""
    try:
        yield
    except EnvError as error:
        subject = str(error.args[0]).split(" invalid: ")[0].removeprefix("Environment variable ").replace('"', "")
        reasons = " ".join(_flat(getattr(error, "error_messages", [])))
        sys.exit(f"inktree: {subject}{' is wrong: ' if reasons else ''}{reasons}")


def _flat(messages) -> Iterator[str]:
    if isinstance(messages, dict):
        messages = messages.values()
    for message in messages:
        if isinstance(message, str):
            yield " ".join(message.split())
        else:
            yield from _flat(message)


def split_url(value: str, *, schemes: tuple[str, ...]) -> SplitResult:
    """The parts of a URL with one of `schemes`; anything else is a ValidationError that does not repeat the value."""
    wanted = f"Not a URL that starts with {' or '.join(f'{scheme}:' for scheme in schemes)}."
    if any(character.isspace() or not character.isprintable() for character in value):
        raise ValidationError(wanted)
    try:
        parts = urlsplit(value)
        port = parts.port  # raises for a port that is no port
    except ValueError as error:
        raise ValidationError(wanted) from error
    if parts.scheme not in schemes or port == 0:
        raise ValidationError(wanted)
    return parts


def _is_host(value: str) -> bool:
    try:
        ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        return bool(HOST_NAME.fullmatch(value))
    return True


@env.parser_for("words")
def parse_words(value) -> list[str]:
    """A comma-separated list; spaces around the items do not matter."""
    if isinstance(value, str):
        value = value.split(",")
    return [word.strip() for word in value if word.strip()]


@env.parser_for("extensions")
def parse_extensions(value) -> list[str]:
    """A comma-separated list of file name extensions, with or without the dot, in lower case."""
    words = [word.lower().removeprefix(".") for word in parse_words(value)]
    for word in words:
        if not re.fullmatch(r"[a-z0-9]{1,10}", word):
            raise ValidationError(f"{word!r} is not a file name extension.")
    return words


@env.parser_for("host")
def parse_host(value: str) -> str:
    """A host name or IP address to listen on."""
    if not _is_host(value):
        raise ValidationError("Not a host name or IP address.")
    return value


@env.parser_for("hosts")
def parse_hosts(value) -> list[str]:
    """Host names as Django's ALLOWED_HOSTS takes them: exact, `.example.org` with subdomains, or `*`."""
    words = parse_words(value)
    for word in words:
        if word != "*" and not _is_host(word.removeprefix(".")):
            raise ValidationError(f"{word!r} is not a host name.")
    return words


@env.parser_for("hosts_and_ports")
def parse_hosts_and_ports(value) -> list[str]:
    """A comma-separated list of `host:port`, in lower case."""
    words = [word.lower() for word in parse_words(value)]
    for word in words:
        host, _, port = word.rpartition(":")
        if not (_is_host(host) and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValidationError(f"{word!r} is not host:port.")
    return words


@env.parser_for("networks")
def parse_networks(value) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """A comma-separated list of IP addresses and networks."""
    try:
        return [ipaddress.ip_network(word, strict=False) for word in parse_words(value)]
    except ValueError as error:
        raise ValidationError(f"{error}.") from error


@env.parser_for("origin")
def parse_origin(value: str) -> str:
    """`scheme://host[:port]` of a web site, without a slash at the end; empty stays empty."""
    if not value:
        return ""
    parts = split_url(value, schemes=("http", "https"))
    if not parts.hostname or not _is_host(parts.hostname) or parts.path not in ("", "/"):
        raise ValidationError("Not of the form http(s)://host[:port].")
    if parts.query or parts.fragment or parts.username is not None:
        raise ValidationError("Not of the form http(s)://host[:port].")
    return f"{parts.scheme}://{parts.netloc.lower()}"


@env.parser_for("origins")
def parse_origins(value) -> list[str]:
    """A comma-separated list of origins."""
    return [parse_origin(word) for word in parse_words(value)]


@env.parser_for("address")
def parse_address(value: str, *, schemes: tuple[str, ...], needs_host: bool = True) -> str:
    """A URL with one of `schemes`, as it was written; empty stays empty."""
    if value and not split_url(value, schemes=schemes).hostname and needs_host:
        raise ValidationError("The URL names no host.")
    return value


@env.parser_for("folder")
def parse_folder(value: str) -> Path:
    """An absolute path; a relative one counts from the project's root."""
    if "\0" in value:
        raise ValidationError("Not a path.")
    return (BASE_DIR / Path(value).expanduser()).resolve()
