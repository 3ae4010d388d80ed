"""A post's body between its forms: blocks, Markdown and HTML come in; blocks, HTML, Markdown and text go out.

All of it is pure: what a conversion must know of the database is handed to it.
"""

from blogs.body.from_blocks import check_text, from_blocks, with_ids
from blogs.body.from_html import from_html
from blogs.body.from_markdown import from_markdown
from blogs.body.stored import image_ids, page_link_ids, reading_minutes, render_body
from blogs.body.to_html import to_html
from blogs.body.to_markdown import to_markdown
from blogs.body.to_text import to_text

__all__ = [
    "check_text",
    "from_blocks",
    "from_html",
    "from_markdown",
    "image_ids",
    "page_link_ids",
    "reading_minutes",
    "render_body",
    "to_html",
    "to_markdown",
    "to_text",
    "with_ids",
]
