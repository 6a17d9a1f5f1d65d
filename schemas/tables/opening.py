"""When a calendar is open."""

from schemas.table import Column, Table

TABLE = Table(
    name="opening",
    schema="ops",
    grain="One row per stretch of time in which a calendar is open, and one of no length where it begins and ends.",
    key=("calendar", "opens_at"),
    versioned=False,
    from_files=False,
    own=(
        Column("calendar", "text", "Name of the calendar, = name of its file.", required=True),
        Column("opens_at", "timestamp", "Begin.", required=True),
        Column("closes_at", "timestamp", "End; from then on closed until the next begin.", required=True),
        Column(
            "open_s_before",
            "int",
            "Open time of all stretches before this one; NULL in the last row, after which the calendar says nothing.",
            unit="s",
        ),
    ),
)
