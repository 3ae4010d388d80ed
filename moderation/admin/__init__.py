"""The admin for moderators: lists of what needs order, and a page per user and per blog."""
