"""Turning a stranger's bytes into clean pictures, in a process of its own with limits; knows nothing of Django.

`parent` is what the site calls. `child` is the process: it starts once, and forks for every picture, so that each is
decoded in a fresh process with its own limits of memory and time. `reading` decodes, `writing` encodes.
"""
