"""Records set aside, whole, with their raw text and every rule they broke."""

from schemas.table import Column, Table

TABLE = Table(
    name="quarantine",
    schema="ops",
    grain="One row per record set aside, with its raw text and every rule it broke.",
    key=("file_id", "record_no"),
    versioned=False,
    from_files=False,
    own=(
        Column("run_seq", "int", "The run that set it aside.", required=True),
        Column("source", "text", "Name of the source.", required=True),
        Column("file_id", "text", "SHA-256 of the file.", required=True),
        Column("file_name", "text", "Name the file was delivered under."),
        Column("record_no", "int", "Number of the record in the file.", required=True),
        Column("byte_start", "int", "First byte of the record in the file."),
        Column("byte_end", "int", "Byte after the last one."),
        Column("raw", "text", "The record as it stands in the file."),
        Column("rules", "json", "Every broken rule: [{rule, table, field, found, expected}]."),
    ),
)
