"""The fixed list of renditions every image has, by their Wagtail filter specs."""

THUMBNAIL = "fill-300x300"
SIZES = {
    "thumbnail": THUMBNAIL,
    "small": "width-400",
    "medium": "width-800",
    "large": "width-1600",
}
PICTURE_SPECS = {
    "avif": ("width-400|format-avif", "width-800|format-avif", "width-1600|format-avif"),
    "webp": ("width-400|format-webp", "width-800|format-webp", "width-1600|format-webp"),
}
SPECS = (*SIZES.values(), *PICTURE_SPECS["avif"], *PICTURE_SPECS["webp"])
ADMIN_SPECS = ("max-165x165",)
"""What the lists and choosers of the Wagtail admin show."""
