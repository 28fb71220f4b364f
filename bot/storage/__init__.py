"""The ledger and the subscriptions in a database: SQLite or PostgreSQL, by the same code."""
