"""The coordinator's part of a week: where a target is learned that neither the company nor the school can teach."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from deploy.cli import client


def plan_gaps() -> int:
    """Chooses for each open gap the first place that is proposed and still has room; how many were planned.

    A gap for which no place is proposed stays open: that is the truth, and the account says it.
    """
    open_targets: dict[str, list[str]] = defaultdict(list)
    for gap in client.all_items("enrollment", "/enrollment/api/gaps"):
        open_targets[gap["trainee_id"]].append(gap["target"])
    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(_plan, open_targets, open_targets.values()))


def _plan(trainee_id: str, targets: list[str]) -> int:
    covered = client.get("enrollment", "/enrollment/api/coverage", trainee_id=trainee_id)
    return sum(
        _chosen(trainee_id, one["target"], one["proposals"]) for one in covered["targets"] if one["target"] in targets
    )


def _chosen(trainee_id: str, target: str, proposals: list[dict[str, str]]) -> bool:
    for place in proposals:
        choice = {"trainee_id": trainee_id, "target": target}
        try:
            choice |= {"place_kind": place["place_kind"], "place_id": place["place_id"]}
            client.post("enrollment", "/enrollment/api/gap-plans", choice)
        except client.Refused as refusal:
            if refusal.http_status != 422:
                raise
            continue  # somebody else took the last place between the look and the choice
        return True
    return False
