"""Finding posts, blogs and users with one query."""
