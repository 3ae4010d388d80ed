"""The example client `examples/import_markdown`, run as a program against a running server."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.plugin import ROOT

TOML = """+++
path = "2019/11/07/Async-await-stable"
title = "Async-await, stable"
authors = ["Jakub Beránek"]
description = "It is here."
tags = ["rust", "async"]
+++

**On Thursday** it hits stable. See [the book](https://example.org/book).

![A chart](chart.png)

```rust
fn main() {
    println!("![not a picture](chart.png)");
}
```
"""
YAML = """---
title: Заметка
author: The Undersigned on behalf of the Very Long Named Working Group
date: 2020-02-29T12:30:00Z
---

Привет, *мир*. <img src="img/missing.png" alt="lost">
"""
SAME_SLUG = """+++
path = "2021/01/02/async-await-stable"
title = "The same name"
authors = ["Jakub Beránek", "TC"]
+++

Again.
"""
DRAFT = """---
title: Not yet
authors: [TC]
draft: true
tags: one, two
---

Unfinished. ![Vector](drawing.svg)
"""


@pytest.fixture
def folder(tmp_path, picture) -> Path:
    folder = tmp_path / "posts"
    folder.mkdir()
    (folder / "one.md").write_text(TOML)
    (folder / "two.markdown").write_text(YAML)
    (folder / "three.md").write_text(SAME_SLUG)
    (folder / "four.md").write_text(DRAFT)
    (folder / "README.md").write_text("No front matter here.\n")
    (folder / "chart.png").write_bytes(picture(320, 200, "PNG"))
    (folder / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    return folder


@pytest.fixture
def run_import(live_server, settings, folder, tmp_path):
    """Runs the program; gives its exit code and what it printed."""
    settings.BASE_URL = live_server.url

    def run_import() -> tuple[int, str]:
        command = [sys.executable, "examples/import_markdown", str(folder), "--url", live_server.url]
        environment = {"PATH": os.environ["PATH"], "COLUMNS": "200", "LANG": "C.UTF-8"}
        result = subprocess.run(
            [*command, "--state", str(tmp_path / "state.json")],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in result.stderr, result.stderr
        return result.returncode, result.stdout

    return run_import


class TestImportMarkdown:
    def test_carries_over_posts_with_authors_dates_tags_pictures_and_code(self, run_import, anyone):
        _, printed = run_import()
        assert "4 posts published" in printed
        items = anyone.get("feed/latest/")["items"]
        assert [item["published_at"] for item in items] == [
            "2021-01-02T00:00:00Z",
            "2020-02-29T12:30:00Z",
            "2019-11-07T00:00:00Z",
        ]
        post = anyone.get(f"posts/{items[2]['id']}/")
        assert post["title"] == "Async-await, stable"
        assert post["slug"] == "async-await-stable"
        assert post["intro"] == "It is here."
        assert post["tags"] == ["async", "rust"]
        assert post["author"]["name"] == post["blog"]["title"] == "Jakub Beránek"
        assert post["author"]["username"] == "jakub-beranek"
        kinds = {block["type"]: block["value"] for block in post["body"]}
        assert 'println!("![not a picture](chart.png)");' in kinds["code"]["code"]
        assert kinds["code"]["language"] == "rust"
        assert (kinds["image"]["image"]["width"], kinds["image"]["alt"]) == (320, "A chart")
        assert items[0]["slug"] == "async-await-stable-2021-01-02"
        assert len(items[1]["author"]["username"]) <= 30

    def test_says_what_it_could_not_carry_over(self, run_import):
        code, printed = run_import()
        assert "picture not found: img/missing.png" in printed
        assert "picture refused: drawing.svg" in printed
        assert "not named as authors: TC" in printed
        assert "it has no front matter" in printed
        assert code == 1

    def test_can_be_run_again_without_doubling_anything(self, run_import, anyone):
        run_import()
        before = anyone.get("feed/latest/")
        _, printed = run_import()
        assert "0 posts published, 0 changed, 4 already there; 0 authors registered, 0 pictures uploaded" in printed
        assert anyone.get("feed/latest/") == before

    def test_changes_a_post_whose_file_changed(self, run_import, folder, anyone):
        run_import()
        (folder / "three.md").write_text(SAME_SLUG.replace("Again.", "Once more."))
        _, printed = run_import()
        assert "0 posts published, 1 changed" in printed
        newest = anyone.get("feed/latest/")["items"][0]
        assert anyone.get(f"posts/{newest['id']}/?body=text")["body"].strip() == "Once more."

    def test_finds_its_posts_again_when_the_answer_was_lost(self, run_import, tmp_path, anyone):
        run_import()
        state = tmp_path / "state.json"
        known = json.loads(state.read_text())
        for server in known.values():
            server["posts"].clear()
            for author in server["authors"].values():
                author["access"] = author["refresh"] = "lost"
        state.write_text(json.dumps(known))
        _, printed = run_import()
        assert "0 posts published, 0 changed, 4 already there; 0 authors registered" in printed

    def test_keeps_its_passwords_to_itself(self, run_import, tmp_path):
        run_import()
        assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600

    def test_takes_another_user_name_when_one_is_taken(self, run_import, register, anyone):
        register("jakub-beranek")
        run_import()
        assert anyone.get("users/jakub-beranek-2/")["name"] == "Jakub Beránek"

    def test_reads_nothing_outside_of_the_folder(self, run_import, folder, picture):
        (folder.parent / "secret.png").write_bytes(picture())
        (folder / "four.md").write_text(DRAFT.replace("drawing.svg", "../secret.png"))
        _, printed = run_import()
        assert "picture not found: ../secret.png" in printed
