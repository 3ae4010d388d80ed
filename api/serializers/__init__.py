"""The shapes of what the API takes and gives, one module per noun. None of them has rules of its own."""
