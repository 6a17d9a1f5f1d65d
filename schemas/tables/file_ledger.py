"""What became of every file, written in the same transaction as its rows."""

from schemas.table import Column, Table

TABLE = Table(
    name="file_ledger",
    schema="ops",
    grain="One row per file and run that met it: what became of its records.",
    key=("run_seq", "file_id", "source", "file_name"),
    versioned=False,
    from_files=False,
    own=(
        Column("run_seq", "int", "The run.", required=True),
        Column("file_seq", "int", "Order of the file within the run.", required=True),
        Column("file_id", "text", "SHA-256 of the file's content.", required=True),
        Column("source", "text", "Name of the source.", required=True),
        Column("file_name", "text", "Name the file was delivered under.", required=True),
        Column("bytes", "int", "Size.", unit="bytes", required=True),
        Column(
            "status",
            "text",
            "loaded; duplicate: same content as a file loaded before; refused: no row of it was used.",
            required=True,
            allowed=("loaded", "duplicate", "refused"),
        ),
        Column("records_read", "int", "Records in the file.", low=0),
        Column("records_loaded", "int", "Records of which something new was stored.", low=0),
        Column("records_quarantined", "int", "Records set aside with their reasons.", low=0),
        Column("records_duplicate", "int", "Records already stored, word for word.", low=0),
        Column("records_ignored", "int", "Records the reader declares to be no data, such as blank lines.", low=0),
        Column("reason", "text", "Why the file was refused."),
        Column("settings_hash", "text", "SHA-256 of the mapping or settings it was read with."),
    ),
)
