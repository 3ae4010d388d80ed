"""Giving content away: all that one user made as a zip, or the whole site as a folder or a zip."""
