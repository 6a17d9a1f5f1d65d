"""What each contact brings to a queue's day, as each run knew it."""

from schemas.table import Column, Table

TABLE = Table(
    name="queue_part",
    schema="mart",
    grain="One row per queue, channel, local day and interaction: what the contact brought to the queue's figures.",
    key=("queue", "channel", "on_date", "interaction_id"),
    from_files=False,
    own=(
        Column("queue", "text", "The queue.", required=True),
        Column("channel", "text", "Channel of the contact."),
        Column("on_date", "date", "The local day it came to the queue.", required=True),
        Column("interaction_id", "text", "The interaction.", required=True),
        Column("visits", "int", "Times it came to the queue."),
        Column("ring_no_answer", "int", "Times it rang at an agent who did not take it."),
        Column("outcomes", "text", "What became of it, in the order of the visits."),
        Column("wait_s", "seconds", "Time waited in all visits; NULL when one is unknown.", unit="s"),
        Column("record_run_seq", "int", "The last run that brought a record of the contact.", in_hash=False),
        Column("source", "text", "Source of that record.", in_hash=False),
        Column("file_id", "text", "SHA-256 of its file.", in_hash=False),
        Column("record_no", "int", "Its number in the file.", in_hash=False),
    ),
)
