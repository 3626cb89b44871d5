"""The database: engine, transactions, migrations, and the vault that seals what is personal."""
