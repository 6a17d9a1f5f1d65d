"""What a reader could not turn into a row: one row per record and broken rule. Collected in ops.quarantine."""

from schemas.table import Column, Table

TABLE = Table(
    name="reject",
    schema="ops",
    grain="One row per record and rule it broke, as found by a reader.",
    key=("file_id", "record_no", "rule", "field"),
    versioned=False,
    own=(
        Column("rule", "text", "Name of the rule, such as `bad_duration`.", required=True),
        Column("field", "text", "Field of the source the rule speaks of."),
        Column("found", "text", "What stood there."),
        Column("expected", "text", "What would have been accepted."),
        Column("raw", "text", "The record as it stands in the file."),
    ),
)
