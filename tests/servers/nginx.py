"""Debian's nginx with our configuration, on a port of its own."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template
from urllib.error import HTTPError
from urllib.request import urlopen

from tests.servers.ports import free_port
from tests.servers.tiers import TIERS

TEMPLATE = Path(__file__).resolve().parents[2] / "deploy" / "nginx" / "inktree.conf.template"
START_SECONDS = 20

AROUND = """
$user
daemon off;
worker_processes 1;
pid $folder/nginx.pid;
error_log $folder/error.log warn;
events { worker_connections 512; }
http {
    include /etc/nginx/mime.types;
    access_log $folder/access.log;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    include $folder/inktree.conf;
}
"""


class _EnvsubstTemplate(Template):
    """Fills in `${NAME}` alone, as the image of nginx does: `$name` is a variable of nginx's."""

    pattern = r"\$\{(?P<braced>[A-Z0-9_]+)\}|(?P<named>(?!))|(?P<escaped>(?!))|(?P<invalid>(?!))"


@contextmanager
def running_nginx(folder: Path, **values: str) -> Iterator[str]:
    """Starts nginx with `inktree.conf.template` filled in, gives its address, and stops it."""
    port = free_port()
    configuration = _EnvsubstTemplate(TEMPLATE.read_text()).substitute(LISTEN=f"127.0.0.1:{port}", **values)
    (folder / "inktree.conf").write_text(configuration)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(Template(AROUND).substitute(folder=folder, user=user))
    command = [TIERS["nginx"].place, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    process = subprocess.Popen(command)
    try:
        _wait_until_it_answers(f"http://127.0.0.1:{port}/nginx-health")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_it_answers(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urlopen(address, timeout=2).close()
            return
        except HTTPError:
            raise
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
