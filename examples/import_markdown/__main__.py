"""Imports a folder of Markdown files with front matter into Inktree, through its HTTP API alone.

    python examples/import_markdown DIR --url http://127.0.0.1:8000

Each author becomes a user with a blog, local pictures are uploaded, and each post is published at its own date. Run it
again whenever you like: what is there already stays, what changed is changed, what was cut off goes on. Accounts are
remembered in a file (`--state`), which holds passwords.

Exit code: 0 when every post is there, 1 when one is not, 2 when nothing could be done at all.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import httpx
from importing import Importer, Outcome
from memory import Memory
from posts import Post, Unreadable, find_files, read_post, with_own_slugs
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from server import Refused, Server

console = Console()


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    folder = options.folder.resolve()
    if not folder.is_dir():
        console.print(f"[red]There is no folder {escape(str(folder))}.")
        return 2
    posts, unreadable = _read(folder, default_author=options.author)
    if not posts:
        console.print(f"[red]No Markdown files with front matter in {escape(str(folder))}.")
        return 2
    with _progress() as progress:
        waiting = progress.add_task("", total=None, visible=False)
        server = Server(
            options.url,
            on_wait=lambda seconds: progress.update(
                waiting, visible=seconds > 0, description=f"the server asks to wait {seconds} s"
            ),
        )
        try:
            memory = Memory(options.state, options.url.rstrip("/"))
            importer = Importer(server=server, memory=memory, folder=folder, email_host=options.email_host)
            _bring(importer, posts, progress)
        except (httpx.TransportError, OSError, ValueError) as error:
            progress.stop()
            console.print(f"[red]{type(error).__name__}: {escape(str(error))}[/]\nRun it again to go on from here.")
            return 2
    importer.outcome.failed += unreadable
    _report(importer.outcome)
    return 1 if importer.outcome.failed else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="import_markdown", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder with the Markdown files")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where Inktree runs (default: %(default)s)")
    parser.add_argument(
        "--state", type=Path, default=Path(".import_markdown.json"), help="what is remembered (default: %(default)s)"
    )
    parser.add_argument("--author", default="Anonymous author", help="who wrote the posts that name nobody")
    parser.add_argument(
        "--email-host", default="import.invalid", help="host of the authors' e-mail addresses (default: %(default)s)"
    )
    return parser.parse_args(arguments)


def _read(folder: Path, *, default_author: str) -> tuple[list[Post], list[tuple[str, str]]]:
    posts, unreadable = [], []
    for file in find_files(folder):
        try:
            posts.append(read_post(file, default_author=default_author))
        except Unreadable as error:
            unreadable.append((str(file.relative_to(folder)), str(error)))
    return with_own_slugs(posts), unreadable


def _bring(importer: Importer, posts: list[Post], progress: Progress) -> None:
    names = list(dict.fromkeys(post.author for post in posts))
    brought = set()
    for name in progress.track(names, description="Authors"):
        try:
            importer.bring_author(name)
            brought.add(name)
        except Refused as refusal:
            importer.outcome.failed.append((name, str(refusal)))
    for post in progress.track(posts, description="Posts"):
        source = str(post.source.name)
        if post.author not in brought:
            importer.outcome.failed.append((source, "its author could not be registered"))
            continue
        try:
            importer.bring_post(post)
        except Refused as refusal:
            importer.outcome.failed.append((source, str(refusal)))


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    )


def _report(outcome: Outcome) -> None:
    console.print(
        f"{outcome.published} posts published, {outcome.changed} changed, {outcome.present} already there; "
        f"{outcome.authors} authors registered, {outcome.pictures} pictures uploaded."
    )
    for title, rows in (("Not carried over", outcome.lost), ("Failed", outcome.failed)):
        if rows:
            table = Table("where", "what", title=f"{title} ({len(rows)})", title_justify="left")
            for row in rows:
                table.add_row(*map(escape, row))
            console.print(table)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        console.print("\nStopped. Run it again to go on from here.")
        sys.exit(130)
