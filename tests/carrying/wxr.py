"""Small WordPress exports."""

from __future__ import annotations

HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>Grace's log</title><link>https://old.example.org</link><description>Of ships</description>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://old.example.org</wp:base_blog_url>
<wp:author><wp:author_id>7</wp:author_id><wp:author_login>grace</wp:author_login>
<wp:author_email>grace@example.org</wp:author_email>
<wp:author_display_name><![CDATA[Grace Hopper]]></wp:author_display_name></wp:author>
"""
TAIL = "</channel></rss>"


def wxr(*items: str) -> str:
    """An export with these items."""
    return HEAD + "\n".join(items) + TAIL


def item(number: int, title: str, content: str = "", *, inside: str = "", **values: str) -> str:
    """A post of Grace's, or whatever `post_type` says; `values` are elements of WordPress, `inside` is added as is."""
    slug = values.pop("slug", title.lower().replace(" ", "-"))
    excerpt = values.pop("excerpt", "")
    known = {
        "post_id": str(number),
        "post_date_gmt": "2015-06-07 08:09:10",
        "comment_status": "open",
        "post_name": slug,
        "status": "publish",
        "post_parent": "0",
        "menu_order": "0",
        "post_type": "post",
        "post_password": "",
        "is_sticky": "0",
        **values,
    }
    elements = "".join(f"<wp:{name}>{value}</wp:{name}>" for name, value in known.items())
    return (
        f"<item><title>{title}</title><link>https://old.example.org/2015/06/{slug}/</link>"
        f"<dc:creator>grace</dc:creator><content:encoded><![CDATA[{content}]]></content:encoded>"
        f"<excerpt:encoded><![CDATA[{excerpt}]]></excerpt:encoded>{elements}{inside}</item>"
    )


def picture_item(number: int, name: str, *, parent: int = 0, caption: str = "", alt: str = "") -> str:
    """A picture of the media library."""
    meta = f"<wp:meta_key>_wp_attachment_image_alt</wp:meta_key><wp:meta_value>{alt}</wp:meta_value>"
    return item(
        number,
        name,
        excerpt=caption,
        inside=f"<wp:postmeta>{meta}</wp:postmeta>",
        status="inherit",
        post_type="attachment",
        post_parent=str(parent),
        attachment_url=address(name),
    )


def address(name: str) -> str:
    """Where a picture of the media library was."""
    return f"https://old.example.org/wp-content/uploads/2015/06/{name}"


def comment(number: int, body: str, *, name: str = "Reader", parent: int = 0, user: int = 0, **values: str) -> str:
    """An approved comment."""
    known = {
        "comment_id": str(number),
        "comment_author": name,
        "comment_author_email": f"{name.lower().replace(' ', '')}@example.net",
        "comment_author_url": "",
        "comment_date_gmt": f"2015-07-01 00:{number:02}:00",
        "comment_content": f"<![CDATA[{body}]]>",
        "comment_approved": "1",
        "comment_type": "comment",
        "comment_parent": str(parent),
        "comment_user_id": str(user),
        **values,
    }
    return "<wp:comment>" + "".join(f"<wp:{key}>{value}</wp:{key}>" for key, value in known.items()) + "</wp:comment>"
