"""What the derived tables of the work file were made from."""

from schemas.table import Column, Table

TABLE = Table(
    name="built",
    schema="ops",
    grain="One row per thing the derived tables depend on besides the loaded rows. Empty while they are being made.",
    key=("name",),
    versioned=False,
    from_files=False,
    own=(
        Column("name", "text", "What: recipe, settings, business_date, run_seq.", required=True),
        Column("value", "text", "Its value, or a hash of it.", required=True),
    ),
)
