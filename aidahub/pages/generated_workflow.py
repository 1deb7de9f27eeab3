"""The workflow's tables as documents: the state diagram and who may do what, for a data steward to read."""

from __future__ import annotations

from collections.abc import Iterable

from access_requests.labels import PART_LABELS, STATUS_LABELS, VERB_LABELS
from access_requests.workflow import MOVES, SENT, TURN, Part, Status, Verb


def state_diagram() -> str:
    """A Mermaid diagram of the statuses and the verbs that lead from one to the other."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {_node(Status.DRAFT)}"]
    lines += [f'    state "{STATUS_LABELS[status]}" as {_node(status)}' for status in Status if _reached(status)]
    for verb, move in MOVES.items():
        for source in sorted(move.sources, key=list(Status).index):
            targets = [target for target in move.targets if target != source]
            lines += [f"    {_node(source)} --> {_node(target)}: {VERB_LABELS[verb]}" for target in targets]
    lines += [f"    {_node(status)} --> [*]" for status in Status if _reached(status) and not TURN[status]]
    return "\n".join([*lines, "```"])


def _node(status: Status) -> str:
    return status.name.lower()


def _reached(status: Status) -> bool:
    return status == Status.DRAFT or any(status in move.targets for move in MOVES.values())


def permission_table() -> str:
    """Which verb leads from where to where, who may use it, and whether a reason must be given."""
    rows = [
        "| what | from | to | who | reason |",
        "| --- | --- | --- | --- | --- |",
    ]
    for verb in Verb:
        move = MOVES[verb]
        targets = ", ".join(str(STATUS_LABELS[status]) for status in move.targets) or _stays(verb)
        sources = _in_order(move.sources)
        who = ", ".join(str(PART_LABELS[part]) for part in Part if part in move.by)
        rows.append(f"| {VERB_LABELS[verb]} | {sources} | {targets} | {who} | {'yes' if move.reason else ''} |")
    return "\n".join(rows)


def _stays(verb: Verb) -> str:
    return "(the draft is gone)" if verb == Verb.DISCARD else "the same"


SETS = {SENT: "any but Draft", frozenset(Status): "any"}


def _in_order(statuses: Iterable[Status]) -> str:
    if name := SETS.get(frozenset(statuses)):
        return name
    return ", ".join(str(STATUS_LABELS[status]) for status in Status if status in statuses)


def turn_table() -> str:
    """Whose turn it is in each status."""
    rows = ["| status | whose turn |", "| --- | --- |"]
    for status, parts in TURN.items():
        who = ", ".join(str(PART_LABELS[part]) for part in parts) or "nobody's, it is over"
        rows.append(f"| {STATUS_LABELS[status]} | {who} |")
    return "\n".join(rows)


PEOPLE = (
    Part.APPLICANT, Part.RECIPIENT_SCIENTIST, Part.SIGNATORY, Part.MEMBER, Part.DECIDER, Part.PROVIDER, Part.HUB,
    Part.SYSTEM,
)  # fmt: skip
LETTERS = dict(zip(PEOPLE, "ARSMDPHC", strict=True))


def matrix() -> str:
    """Every verb in every status: the letters of those who may use it then."""
    key = ", ".join(f"**{letter}** {PART_LABELS[part]}" for part, letter in LETTERS.items())
    heads = [str(STATUS_LABELS[status]) for status in Status]
    rows = [key + ".", "", f"| what | {' | '.join(heads)} |", f"| --- |{' :-: |' * len(heads)}"]
    for verb in Verb:
        move = MOVES[verb]
        who = "".join(LETTERS[part] for part in PEOPLE if part in move.by)
        cells = [who if status in move.sources else "" for status in Status]
        rows.append(f"| {VERB_LABELS[verb]} | {' | '.join(cells)} |")
    return "\n".join(rows)
