"""Wagtail's API v2 (`pages/`, `images/`, `documents/`): stock in behaviour and syntax, but the kernel says who sees what."""
