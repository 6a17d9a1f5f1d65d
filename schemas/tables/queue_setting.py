"""What callqa.toml promises, by queue."""

from schemas.table import Column, Table

TABLE = Table(
    name="queue_setting",
    schema="ops",
    grain="One row per queue of callqa.toml, and one without a queue for all others.",
    key=("queue",),
    versioned=False,
    from_files=False,
    own=(
        Column("queue", "text", "The queue; NULL for every queue that is not listed."),
        Column("service_level_s", "seconds", "A contact is to be answered within it.", unit="s", required=True),
        Column("short_abandon_s", "seconds", "Who leaves within it is a short abandon.", unit="s", required=True),
        Column("respond_within_h", "float", "Time for the first response to what is written.", unit="h", required=True),
        Column("calendar", "text", "Calendar of the business clock; NULL for none."),
    ),
)
