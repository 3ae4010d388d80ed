"""Fills the site with a small demo that looks good: authors, blogs, posts with pictures, comments and likes."""
