"""One row per night."""

from schemas.table import Column, Table

TABLE = Table(
    name="run",
    schema="ops",
    grain="One row per run that committed something.",
    key=("run_seq",),
    versioned=False,
    from_files=False,
    own=(
        Column("run_seq", "int", "Number of the run, from 1.", required=True),
        Column("run_id", "text", "Name of the run.", required=True),
        Column("business_date", "date", "The day the run is for; metrics look no further.", required=True),
        Column("started_at", "timestamp", "Begin.", required=True),
        Column("code_version", "text", "Version of callqa.", required=True),
        Column("config_hash", "text", "SHA-256 of callqa.toml.", required=True),
    ),
)
