"""Wagtail's API v2: `pages/`, `images/` and `documents/`, stock but for who sees what."""
