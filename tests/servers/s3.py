"""A throw-away server of Amazon's protocols (S3, DynamoDB, SES) from the wheel `ministack`; it checks signatures."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3

from tests.servers.ports import free_port

START_SECONDS = 60
REGION = "us-east-1"


@dataclass(frozen=True)
class Aws:
    """Where the server is and the key of a user who may do everything there."""

    endpoint_url: str
    access_key: str
    secret_key: str
    region: str = REGION

    def client(self, service: str):
        """A boto3 client that signs with the user's key."""
        return _client(self.endpoint_url, service, self.access_key, self.secret_key)

    def new_bucket(self, *, is_public: bool = False) -> str:
        """The name of a new, empty bucket; with `is_public` everybody may read what is in `media/`."""
        name = f"inktree-{secrets.token_hex(6)}"
        s3 = self.client("s3")
        s3.create_bucket(Bucket=name)
        if is_public:
            statement = {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{name}/media/*",
            }
            s3.delete_public_access_block(Bucket=name)
            policy = {"Version": "2012-10-17", "Statement": [statement]}
            s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
        return name


@contextmanager
def running_aws() -> Iterator[Aws]:
    """Starts the server with signature checks, makes a user in it, and stops it."""
    port = free_port()
    root = ("AKIAROOTROOTROOTROOT", secrets.token_hex(20))
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="inktree-aws-") as folder, (Path(folder) / "log").open("wb") as log:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "S3_", "LOG_LEVEL"))
        } | {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "MINISTACK_HOST": "127.0.0.1",
            "AWS_ACCESS_KEY_ID": root[0],
            "AWS_SECRET_ACCESS_KEY": root[1],
            "S3_DATA_DIR": f"{folder}/s3",
            "TMPDIR": folder,
        }
        command = [sys.executable, "-m", "ministack"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
        try:
            _wait_until_healthy(url, process, Path(log.name))
            yield _new_user(url, root)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_healthy(url: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{url}/_ministack/health", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the S3 server did not start:\n{log.read_text()[-2000:]}")


def _new_user(url: str, root: tuple[str, str]) -> Aws:
    iam = _client(url, "iam", *root)
    iam.create_user(UserName="inktree")
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName="inktree", PolicyName="everything", PolicyDocument=json.dumps(everything))
    key = iam.create_access_key(UserName="inktree")["AccessKey"]
    return Aws(url, key["AccessKeyId"], key["SecretAccessKey"])


def _client(url: str, service: str, access_key: str, secret_key: str):
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
    )
