"""The facts: DuckDB only. Stage, versioned load, derived tables, metrics, publishing."""
