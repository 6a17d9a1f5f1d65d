"""Identities that must hold every night."""

from schemas.table import Column, Table

TABLE = Table(
    name="reconciliation",
    schema="ops",
    grain="One row per run, identity and scope; a residual without a cause stops publishing.",
    key=("run_seq", "identity", "scope"),
    versioned=False,
    from_files=False,
    own=(
        Column("run_seq", "int", "The run.", required=True),
        Column("identity", "text", "Name of the identity.", required=True),
        Column("scope", "text", "What it was computed over, such as a file.", required=True),
        Column("left_value", "float", "Left side.", required=True),
        Column("right_value", "float", "Right side.", required=True),
        Column("residual", "float", "Left minus right.", required=True),
        Column("cause", "text", "Named cause of a residual."),
    ),
)
