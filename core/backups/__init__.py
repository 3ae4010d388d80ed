"""Backups: everything that cannot be made anew, in one folder, with digests by which a restored copy is checked."""
