"""A queue's figures of a day, as each run published them."""

from schemas.table import Column, Table

TABLE = Table(
    name="queue_figure",
    schema="mart",
    grain="One row per queue, channel and local day: figures of queue_day. What earlier runs published stays.",
    key=("queue", "channel", "on_date"),
    from_files=False,
    own=(
        Column("queue", "text", "The queue.", required=True),
        Column("channel", "text", "Channel of the contacts."),
        Column("on_date", "date", "The local day.", required=True),
        Column("received", "int", "Contacts that came to the queue."),
        Column("offered", "int", "Contacts let into the queue."),
        Column("answered", "int", "Taken by a person."),
        Column("abandoned", "int", "The customer left while waiting."),
        Column("overflow", "int", "Left the queue otherwise."),
        Column("open", "int", "Still waiting, or not known what became of them."),
        Column("missed", "int", "Contacts nobody answered in any queue."),
        Column("ring_no_answer", "int", "Times a contact rang at an agent who did not take it."),
        Column("wait_n", "int", "Contacts whose waiting time is known."),
        Column("wait_mean_s", "float", "Mean waiting time.", unit="s"),
        Column("answer_within_s", "float", "T, the queue's target.", unit="s"),
        Column("answered_within", "int", "Answered within T."),
        Column("abandoned_within", "int", "Abandoned within T."),
        Column("sl_f4", "float", "Service level: answered_within / (answered + abandoned after T)."),
        Column("abandon_rate", "float", "abandoned / offered."),
    ),
)
