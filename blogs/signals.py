"""News from this room for those above it, sent inside the transaction of the change."""

from django.dispatch import Signal

post_changed = Signal()
"""What the public reads of the post with the id `post` may be different, or whether it reads it; counters aside."""

blog_changed = Signal()
"""What the public reads of the blog with the id `blog`, and with it of all its posts, may be different."""
