"""Where states and counters are kept: DynamoDB, or SQLite where the service is embedded."""
