"""One event of an Asterisk queue_log. Calls, legs and agent states are derived: see core.queue_call and others."""

from schemas.table import Column, Table

_CALL = ("ENTERQUEUE", "CONNECT", "COMPLETEAGENT", "COMPLETECALLER", "ABANDON")
_EXIT = ("EXITWITHTIMEOUT", "EXITWITHKEY", "EXITEMPTY")
_TRANSFER = ("TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER")
_RING = ("RINGNOANSWER", "RINGCANCELED", "AGENTDUMP", "SYSCOMPAT")
_MEMBER = ("ADDMEMBER", "REMOVEMEMBER", "PENALTY", "RINGINUSE")
_PAUSE = ("PAUSE", "UNPAUSE", "PAUSEALL", "UNPAUSEALL", "PAUSEREASON")
_LOGIN = ("AGENTLOGIN", "AGENTLOGOFF", "AGENTCALLBACKLOGIN", "AGENTCALLBACKLOGOFF", "HOTDESK")
_SERVER = ("QUEUESTART", "CONFIGRELOAD")
# Not written by Asterisk itself but by dialplans in wide use.
_DIALPLAN = ("FULL", "CLOSED", "JOINEMPTY", "LEAVEEMPTY", "DIVERT_CA_RATIO", "DIVERT_HOLDTIME", "WRAPUPSTART")
_NOTES = ("DID", "INFO", "CALLSTATUS")
_OUT = ("OUTDIAL", "OUTANSWER", "OUTCANCEL", "OUTCHANUNAVAIL", "OUTCONGESTION", "OUTTRANSFER")

TABLE = Table(
    name="queue_event",
    schema="core",
    grain="One row per event of an Asterisk queue_log.",
    key=("system", "happened_at", "call_id", "queue_name", "agent_name", "verb", "args", "repeat_no"),
    own=(
        Column("system", "text", "The system whose call ids and agents this event shares.", required=True),
        Column("happened_at", "timestamp", "When it happened, as exact as the source has it.", required=True),
        Column(
            "call_id",
            "text",
            "The call's id as written; NONE, REALTIME, MANAGER or CLI where the event is of no call.",
            required=True,
        ),
        Column("queue_name", "text", "The queue as written; NONE where the event is of no single queue."),
        Column("agent_name", "text", "The member as written; NONE where the event is of no agent."),
        Column(
            "verb",
            "text",
            "What happened. Verbs not listed here are kept and counted, and make no rows elsewhere.",
            allowed=(
                *_CALL,
                *_EXIT,
                *_TRANSFER,
                *_RING,
                *_MEMBER,
                *_PAUSE,
                *_LOGIN,
                *_SERVER,
                *_DIALPLAN,
                *_NOTES,
                *_OUT,
            ),
            severity="warn",
        ),
        Column("args", "text", "What stands behind the verb, separated by |, without empty ones at the end."),
        Column(
            "repeat_no", "int", "2, 3, … for an event that stands again among those of the same time; else 1.", low=1
        ),
        Column("queue", "text", "The queue under the name used elsewhere; NULL where there is none."),
        Column("agent_id", "text", "The agent under the id used elsewhere; NULL where there is none."),
        Column("direction", "text", "Direction of calls in this queue.", allowed=("inbound", "outbound", "internal")),
        Column("utc_offset_min", "int", "Offset of the local time the source wrote.", unit="min", low=-1080, high=1080),
        Column(
            "time_flag",
            "text",
            "Why `happened_at` is uncertain: a local time that happened twice when clocks went back.",
            allowed=("dst_overlap",),
            severity="warn",
        ),
        Column(
            "text_flag",
            "text",
            "Set where a line was not in the source's encoding and was read in the fallback.",
            allowed=("fallback",),
            severity="warn",
        ),
    ),
)
