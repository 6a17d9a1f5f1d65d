"""What is known of a customer beyond one contact."""

from schemas.table import Column, Table

TABLE = Table(
    name="customer",
    schema="core",
    grain="One row per customer.",
    key=("customer_id",),
    own=(
        Column("customer_id", "text", "The customer as the sources name them.", required=True),
        Column("segment", "text", "Segment."),
        Column("language", "text", "Preferred language, ISO 639-1.", pattern="^[a-z]{2}$"),
    ),
)
