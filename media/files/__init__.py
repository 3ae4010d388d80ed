"""Personal files: taking them in as a stream, keeping them privately, sending them to who may have them."""
