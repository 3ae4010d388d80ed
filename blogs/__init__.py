"""Blogs and posts: the page tree, StreamField blocks, publishing, follows, and who sees what."""
