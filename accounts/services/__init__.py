"""What accounts can do, one module per noun."""
