"""One request, and what is around it, with a unique word for each thing that somebody must not know.

The words stand nowhere else, so a word that is found where its reader may not have it is a leak. `KNOWS` says who may
know each; everybody else must not. Everything is brought there by the real verbs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from access_requests import actions, flags
from access_requests.actions import HandedOver
from access_requests.filing import attach_upload
from access_requests.models import AccessRequest, Attachment
from access_requests.people import Named
from access_requests.workflow import Answer, Before, Needed, Part, Status
from aidahub.accounts.models import User
from datasets.models import Dataset, DatasetProvider, Provider
from tests.cast import AIDA_PRESET, act_for, confirm, fill, fresh, license_of, make_user, provider_of, set_policy
from tests.support.files import a_file, pdf
from tests.support.readers import Reader


def word(name: str) -> str:
    """A word that stands nowhere else."""
    return f"zq{name}qz"


# Those who ask or are named; those who see the request from the dataset's side; hub staff.
NAMED = ("ada", "rut", "sune", "mia", "dag", "nina", "hanna")
DECIDERS = frozenset({"per", "petra"})
HUB = frozenset({"hedda", "sigrid"})
NOTES = DECIDERS | HUB
INSIDE = NOTES | {"ines", "eskil"}
READERS = (*NAMED, "ronja", "per", "petra", "ines", "eskil", "opal", "alva", "otto", "anonymous", *sorted(HUB))
# Whoever is asked for BRGANDI or of the hub sees Alva's request for it, named in Ada's or not.
NAMES = INSIDE | {"nina", "hanna"}  # who see inside, and colleagues of both kinds who are named in Ada's request
SEES_ALVAS = INSIDE | {"alva", "nina", "hanna"}

KNOWS: dict[str, frozenset[str]] = {
    "yes": DECIDERS | HUB,  # why one decider approved
    "no": DECIDERS | HUB,  # why another one rejected
    "mailed": DECIDERS | HUB,  # why a third one rejected, by mail
    "evidence": HUB,  # that mail
    "excuse": DECIDERS | HUB | {"eskil"},  # why a fourth one does not vote
    "petra": NAMES,  # the names of those who act for providers and for the hub
    "per": NAMES,
    "hedda": NAMES,
    "assignee": NAMES,
    "register": INSIDE | frozenset(NAMED),  # the number of a public record: on the copy that the named can take out
    "note": NOTES,
    "comment": NOTES,
    "filename": INSIDE - {"eskil"},  # a file for those who review; who was excused does not
    "bytes": INSIDE - {"eskil"},
    "declined": INSIDE,
    "redacted": INSIDE,
    "flag": HUB,
    "suspended": HUB | {"hanna"},
    "history": HUB | {"hanna"},  # who changed the policy, and what
    "other": SEES_ALVAS,  # Alva's request for the same dataset: name, title, plan
    "draft": frozenset({"alva"}),
    "link": frozenset({"rut"}) | HUB,  # how the data reaches Rut
    "secret": frozenset({"rut"}),
    "how": frozenset({"rut"}) | HUB,
}


@dataclass
class Scene:
    """The scenario: Ada's request, the sibling that was sent with it, Alva's, and who may know which reference."""

    request: AccessRequest
    sibling: AccessRequest
    others: AccessRequest
    hidden: AccessRequest
    users: dict[str, User]
    knows: dict[str, frozenset[str]] = field(default_factory=dict)
    providers: dict[str, Provider] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.knows = {word(name): known for name, known in KNOWS.items()}
        own = frozenset(NAMED) | INSIDE | {"ronja"}  # who was removed has heard of it
        self.knows[self.request.reference.casefold()] = own
        around = frozenset({"ada", "rut", "sune", "opal", "hanna"}) | HUB
        self.knows[self.sibling.reference.casefold()] = around
        self.knows[self.others.reference.casefold()] = SEES_ALVAS
        self.knows[self.hidden.reference.casefold()] = frozenset({"alva"})

    def reader(self, name: str) -> Reader:
        """Somebody of the scenario, with their own mailbox and that of the provider for whom they alone act."""
        user = fresh(self.users[name]) if name in self.users else None
        boxes = set(user.verified_emails) if user else set()
        if name in self.providers:
            boxes.add(self.providers[name].email)
        return Reader(name, user, frozenset(boxes))

    def forbidden(self, name: str, where: str) -> frozenset[str]:
        """The words that this reader must not meet there; about Ada's request colleagues who are named know less."""
        here = self.request.reference in where and name in NAMED
        return frozenset(each for each, known in self.knows.items() if name not in known or (here and known == NAMES))

    def leaks(self, name: str, where: str, text: str) -> set[str]:
        """The words in a text that this reader must not meet there."""
        folded = text.casefold()
        return {each for each in self.forbidden(name, where) if each in folded}

    def renewed(self) -> AccessRequest:
        """Ada begins to renew her access; only she knows of that draft."""
        draft = actions.renew(request=self.request, by=fresh(self.users["ada"]))
        self.knows[draft.reference.casefold()] = frozenset({"ada"})
        return draft


def _person(name: str, **fields: bool) -> User:
    """Somebody whose own name is a word to be looked for where they act for others."""
    return make_user(f"{name}@someone.example", word(name), **fields)


def _as_provider(dataset: Dataset, name: str, part: DatasetProvider.Part, order: int) -> tuple[User, Provider]:
    provider = Provider.objects.create(name=f"Institute of {name}", email=f"{name}@institute.example")
    values = {"name": provider.name, "order": order, "part": part, "part_by_hand": True}
    DatasetProvider.objects.create(dataset=dataset, provider=provider, **values)
    return act_for(_person(name), provider), provider


def people(brgandi: Dataset, opal: User, users: dict[str, User]) -> tuple[dict[str, User], dict[str, Provider]]:
    """Everybody of the scenario: those of the cast, renamed where their names are secrets, and more."""
    for name in ("per", "petra", "hedda"):
        User.objects.filter(pk=users[name].pk).update(name=word(name))
    found = {name: fresh(user) for name, user in users.items()}
    found |= {"opal": opal}
    parts = DatasetProvider.Part
    providers = {}
    rows = (("eskil", parts.DECIDER, 10), ("ines", parts.INFORMED, 11), ("mats", parts.DECIDER, 12))
    for name, part, order in rows:
        found[name], providers[name] = _as_provider(brgandi, name, part, order)
    found["nina"] = act_for(make_user("nina@someone.example", "Nina Named"), provider_of(brgandi, 1))
    found["hanna"] = make_user("hanna@hub.example", "Hanna Named", is_hub_staff=True)
    found["assignee"] = make_user("desk@hub.example", word("assignee"), is_hub_staff=True)
    for name in ("dag", "ronja"):
        found[name] = make_user(f"{name}@uu.example", name.title())
    return found, providers


def _named(users: dict[str, User], names: Iterable[str]) -> list[Named]:
    return [Named(Part.MEMBER, users[name].name, "", users[name].email, "Uppsala University") for name in names]


def _drafts(users: dict[str, User], brgandi: Dataset, other: Dataset) -> tuple[AccessRequest, AccessRequest]:
    """What Alva asks for: the same dataset, sent, and another one, not yet sent; other people are named there."""
    alva = users["alva"]
    mine = {"applicant_name": word("other"), "recipient_same": "yes", "signatory_same": "yes"}
    sent = actions.start(license=license_of(brgandi), by=alva)
    sent = fill(sent, **mine, project_title=word("other"), planned_use=f"We will {word('other')} it all day long.")
    sent = actions.submit(request=sent, by=alva)
    draft = actions.start(license=license_of(other), by=alva)
    words = {"project_title": word("draft"), "planned_use": word("draft"), "applicant_name": word("draft")}
    return sent, fill(draft, **{**mine, **words})


def sent_scene(brgandi: Dataset, other: Dataset, users: dict[str, User], providers: dict[str, Provider]) -> Scene:
    """Ada's request is sent with a sibling for another dataset; Alva has asked, too."""
    ada, hedda = users["ada"], users["hedda"]
    request = fill(actions.start(license=license_of(brgandi), by=ada))
    for person in _named(users, ("mia", "ronja", "dag", "nina", "hanna")):
        request = actions.add_person(request=request, by=ada, person=person)
    sibling = fill(actions.add_sibling(request=request, by=ada, license=license_of(other)))
    actions.submit_together(request=request, by=ada)
    request, sibling = (AccessRequest.objects.get(pk=row.pk) for row in (request, sibling))
    ronja = request.participants.get(email=users["ronja"].email)
    request = actions.remove_person(request=request, by=hedda, person=ronja)
    others, hidden = _drafts(users, brgandi, other)
    return Scene(request, sibling, others, hidden, users, providers=providers)


def plant(scene: Scene) -> None:
    """What stands around a request that is sent: flag, notes, files, who takes care of it, who declined."""
    request, users = scene.request, scene.users
    hedda, per = users["hedda"], users["per"]
    flags.flag(by=hedda, email=users["ada"].email, reason=word("flag"))
    actions.decline_part(request=request, by=users["dag"], reason=word("declined"))
    request = actions.assign(request=request, by=hedda, to=users["assignee"])
    actions.register(request=request, by=hedda, number=word("register"))
    actions.write(request=request, by=hedda, text="We shall see.")
    actions.write(request=request, by=per, text="And we, too.")
    text = actions.write(request=request, by=users["ada"], text="My number is 19121212-1212.").text
    actions.redact_text(request=request, by=hedda, text=text, reason=word("redacted"))
    file = a_file(pdf(word("bytes").encode()), f"{word('filename')}.pdf")
    attach_upload(request=request, by=hedda, file=file, kind=Attachment.Kind.PAPER, internal=True)
    for by in (per, hedda):
        actions.note(request=request, by=by, text=word("note"))
    _plant_elsewhere(scene)


def _plant_elsewhere(scene: Scene) -> None:
    """What stands outside of the request: a suspended account, the policy's history."""
    hedda = scene.users["hedda"]
    susanne = make_user("susanne@uu.example", "Susanne")
    actions.suspend_account(user=susanne, by=hedda, reason=word("suspended"))
    policy = scene.request.license.policy
    kept = {"content_type": ContentType.objects.get_for_model(policy), "object_id": str(policy.pk)}
    LogEntry.objects.create(
        user=hedda, action_flag=CHANGE, object_repr=word("history"), change_message=word("history"), **kept
    )


def review(scene: Scene) -> None:
    """The request is in review: one decider is excused, another one has approved, a third has answered by mail."""
    request, users = scene.request, scene.users
    hedda = users["hedda"]
    request = confirm(request, users["rut"])
    if request.status == Status.SUBMITTED:
        request = actions.forward(request=request, by=hedda)
    actions.comment(request=request, by=users["petra"], question="planned_use", text=word("comment"))
    actions.excuse(request=request, by=users["eskil"], provider=scene.providers["eskil"], reason=word("excuse"))
    actions.decide(request=request, by=users["per"], answer=Answer.APPROVE, reason=word("yes"))
    scene.request = actions.decide(
        request=request, by=hedda, answer=Answer.REJECT, reason=word("mailed"),
        provider=scene.providers["mats"], evidence=word("evidence"),
    )  # fmt: skip


def settle(scene: Scene, answer: Answer | None = None) -> None:
    """The last vote is a rejection; hub staff answer as they like, with words of their own."""
    request, users = scene.request, scene.users
    request = actions.decide(request=request, by=users["petra"], answer=Answer.REJECT, reason=word("no"))
    if answer:
        request = actions.confirm(
            request=request, by=users["hedda"], answer=answer, reason="For the hub's own reasons."
        )
    scene.request = request


def hand_over(scene: Scene) -> None:
    """Access is open, and Rut has got her own way to the data; Ada has got another one."""
    for name, way in (
        ("Rut Ek", HandedOver(f"Use {word('how')}.", f"https://data.example/{word('link')}", word("secret"))),
        ("Ada Berg", HandedOver("Use the common way.", "https://data.example/hers", "Xyzzy-1")),
    ):
        person = scene.request.participants.get(name=name)
        actions.deliver(request=scene.request, by=scene.users["hedda"], what=way, persons=[person])


def use_policy(dataset: Dataset, *, confirm: bool) -> None:
    """Triage, all votes, Rut before the review; confirmed by hub staff or not."""
    set_policy(license_of(dataset), **{**AIDA_PRESET, "confirm": confirm})


def bring(scene: Scene, status: Status) -> None:
    """Bring the request there, with what is planted on the way."""
    request, users = scene.request, scene.users
    if status == Status.SUBMITTED:  # nobody is excused before somebody is asked
        for each in ("note", "comment", "filename", "bytes"):
            scene.knows[word(each)] |= {"eskil"}
        return
    review(scene)
    request = scene.request
    if status == Status.IN_REVIEW:
        return
    if status == Status.RETURNED:  # what was commented on is shown with it
        scene.knows[word("comment")] |= frozenset(NAMED) | INSIDE
        scene.request = actions.send_back(request=request, by=users["hedda"], reason="Please explain.")
    elif status == Status.CLOSED:
        scene.request = actions.close(request=request, by=users["hedda"], reason="Nobody answered.")
    elif status == Status.WITHDRAWN:
        scene.request = actions.withdraw(request=request, by=users["ada"])
    else:
        _outcome(scene, status)


def _outcome(scene: Scene, status: Status) -> None:
    confirmed = scene.request.license.policy.confirm
    if status in {Status.DECIDED, Status.REJECTED}:
        settle(scene, Answer.REJECT if status == Status.REJECTED and confirmed else None)
        return
    if status == Status.APPROVED:  # it waits for everybody
        set_policy(scene.request.license, needed=Needed.EVERYBODY, needed_before=Before.GRANT)
    settle(scene, Answer.APPROVE)
    if status in {Status.GRANTED, Status.REVOKED}:
        hand_over(scene)
        scene.renewed()
    if status == Status.REVOKED:
        scene.request = actions.revoke(request=scene.request, by=scene.users["hedda"], reason="Copied on.")
