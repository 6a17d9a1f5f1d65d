"""Policies: the questions as their authors wrote them, how often each was missed, and how far people agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.site.centre import Centre, Page, policy_page

if TYPE_CHECKING:
    from collections.abc import Iterator


def pages(centre: Centre) -> Iterator[Page]:
    """Yield the list with the calibrations, then one page per stored policy version."""
    _ = centre.say
    policies = centre.ask("policy")
    shows = {"policies": policies, "calibrations": centre.ask("calibration")}
    yield Page("policies/index.html", "policies.html", _("Policies"), shows)
    for policy in policies:
        key = (policy["policy_id"], policy["policy_version"])
        asked = {"policy": key[0], "version": key[1]}
        answers = {row["question_id"]: row for row in centre.ask("policy_question", **asked)}
        disputes = {row["question_id"]: row for row in centre.ask("policy_dispute", policy=key[0])}
        sections: dict[str, list[dict[str, Any]]] = {}
        for question in centre.questions.values():
            if (question["policy_id"], question["policy_version"]) == key:
                sections.setdefault(question["section"], []).append(question)
        about: dict[str, Any] = {"policy": policy, "sections": sections, "answers": answers, "disputes": disputes}
        yield Page(policy_page(*key), "policy.html", policy["title"], about)
