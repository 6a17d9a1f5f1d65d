"""One event of a ticket's clocks: started, stopped, ended, breached; core.ticket_clock adds them up."""

from schemas.table import Column, Table

TABLE = Table(
    name="ticket_metric_event",
    schema="core",
    grain="One row per event of a ticket's clock. One that was taken back has a second row that says so.",
    key=("event_id", "is_deleted"),
    own=(
        Column("event_id", "text", "`<system>:<id>` of the event.", required=True),
        Column("is_deleted", "bool", "Whether the event was taken back.", required=True),
        Column("interaction_id", "text", "`<system>:<id>` of the ticket.", required=True),
        Column(
            "event_no", "int", "The event's id as a number; events of one moment happened in this order.", required=True
        ),
        Column("metric", "text", "Which clock: requester_wait_time, agent_work_time, reply_time, …", required=True),
        Column("instance_no", "int", "Which run of the clock, from 1; 0 for none of them.", required=True, low=0),
        Column(
            "kind",
            "text",
            "What happened.",
            required=True,
            allowed=(
                *("activate", "pause", "fulfill", "breach", "measure"),
                *("apply_sla", "apply_group_sla", "update_status"),
            ),
        ),
        Column("happened_at", "timestamp", "When it happened.", required=True),
        Column("sla_policy", "text", "The agreement that applies."),
        Column("sla_target_s", "seconds", "Its target.", unit="s", low=0),
        Column("is_business", "bool", "Whether the target counts business hours only."),
        Column("status_s", "seconds", "The clock as the source reckons it, by the calendar.", unit="s", low=0),
        Column("status_business_s", "seconds", "Likewise, within business hours.", unit="s", low=0),
    ),
)
