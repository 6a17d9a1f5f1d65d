"""What Great Expectations counted."""

from schemas.table import Column, Table

TABLE = Table(
    name="validation",
    schema="ops",
    grain="One row per run, table and check.",
    key=("run_seq", "table_name", "rule"),
    versioned=False,
    from_files=False,
    own=(
        Column("run_seq", "int", "The run.", required=True),
        Column("table_name", "text", "The staged table.", required=True),
        Column("rule", "text", "Name of the check.", required=True),
        Column("severity", "text", "What a broken check does.", required=True, allowed=("block", "quarantine", "warn")),
        Column("rows_checked", "int", "Staged rows.", required=True),
        Column("rows_broken", "int", "Rows that broke the check.", required=True),
    ),
)
