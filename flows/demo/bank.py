"""What a phrase bank holds: several wordings of everything an agent or a customer says in a call."""

from __future__ import annotations

from dataclasses import dataclass

Lines = tuple[str, ...]


@dataclass(frozen=True)
class Bank:
    """Wordings of one language. Each expected behaviour has lines of its own and its words stand in no other line.

    `opening` is keyed by (greets, says the own name). `need`, `solved`, `unsolved` and `pairs` (agent asks, customer
    answers) are keyed by topic; pairs of the topic `any` fit every call. `empathy` is keyed by trouble (something went
    wrong) and wish. Slots in braces are filled per call: see flows/demo/script.py.
    """

    opening: dict[tuple[bool, bool], Lines]
    recording_notice: Lines
    need: dict[str, Lines]
    empathy: dict[str, Lines]
    acknowledge: Lines
    identity_check: Lines
    identity_answer: Lines
    hold_permission: Lines
    hold_unasked: Lines
    hold_agreed: Lines
    back_from_hold: Lines
    pairs: dict[str, tuple[tuple[str, str], ...]]
    solved: dict[str, Lines]
    unsolved: dict[str, Lines]
    glad: Lines
    disappointed: Lines
    recap: Lines
    anything_else: Lines
    nothing_else: Lines
    goodbye: Lines
    close_without_goodbye: Lines
    customer_bye: Lines
    transfer: Lines
    transfer_agreed: Lines
    after_transfer: Lines
    items: Lines
    devices: Lines
    months: Lines
    day_times: Lines
