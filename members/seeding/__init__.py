"""Fills the database with generated posts, for measuring how the site does with many of them."""
