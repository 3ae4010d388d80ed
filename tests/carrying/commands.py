"""Runs commands as an operator would, with what is to be done after the commit."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command
from django.test import TestCase


def run(name: str, *arguments, **options) -> str:
    """What a command says; when it ends with failures, that too."""
    out = StringIO()
    with TestCase.captureOnCommitCallbacks(execute=True):
        try:
            call_command(name, *map(str, arguments), stdout=out, **options)
        except SystemExit as end:
            out.write(f"\nexit {end.code}")
    return out.getvalue()
