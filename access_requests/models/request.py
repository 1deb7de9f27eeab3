"""The request itself and the people named in it."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access_requests.labels import ANSWER_CHOICES, NAMED_PART_CHOICES, STATUS_CHOICES
from access_requests.workflow import EDITABLE, FINISHED, OPEN, Answer, Part, Status
from aidahub.accounts.models import User
from datasets.models import Dataset, DatasetProvider, License, LicenseText

from .forms import FormVersion

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from .access import Agreement, Grant
    from .record import Event, LicenseAcceptance, SealedText, Submission
    from .review import Round
    from .talk import Attachment, Message

AnyUser = User | AnonymousUser


class ReferenceCounter(models.Model):
    """The last number given to a request in one year; gaps are fine."""

    year = models.PositiveIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.year)


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    """Questions about many requests. `visible_to` is the only statement of who sees which."""

    def visible_to(self, user: AnyUser) -> AccessRequestQuerySet:
        """The requests that a person may see: own ones, those that name them, their datasets', hub staff all sent.

        Not those in which they declined to be what they are named as.
        """
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.is_hub:
            return self.filter(SENT | Q(applicant=user))
        ways = [_of(user), *([_seen_as_provider(user)] if user.provider_ids else [])]
        return self.filter(reduce(or_, ways))

    def of(self, user: AnyUser) -> AccessRequestQuerySet:
        """Of those that a person may see their own, and those that name them."""
        return self.filter(_of(user)) if isinstance(user, User) and user.is_active else self.none()

    def to_answer_by(self, user: User) -> AccessRequestQuerySet:
        """Those that name this person now, for the page of their own part: whoever declined sees nothing else."""
        named = Participant.objects.naming(user).values("request")
        return self.filter(SENT, pk__in=named) if user.is_active else self.none()

    def provided_by(self, user: User) -> AccessRequestQuerySet:
        """The sent requests for datasets that name a provider for whom this person acts."""
        return self.filter(_seen_as_provider(user))

    def for_provider(self, user: User) -> AccessRequestQuerySet:
        """The sent requests that a person may see as a provider or as hub staff: what the admin lists."""
        return self.filter(_handled_by(user))

    def locked(self, request: AccessRequest) -> AccessRequest:
        """This request, locked until the transaction ends, with what every verb needs.

        Raises:
            AccessRequest.DoesNotExist: when it was discarded in the meantime.
        """
        # Locked alone and read after: PostgreSQL looks again at a row that it waited for, and loses it where a joined
        # one is another by then (a new applicant).
        self.select_for_update().only("pk").get(pk=request.pk)
        found = self.select_related("dataset", "license__policy", "applicant", "form_version").get(pk=request.pk)
        if found.license.dataset_id == found.dataset_id:
            found.license.dataset = found.dataset
        return found


# As the constraint `request_sent_unless_draft` has it; the status is in indexes, the day of sending is not.
SENT = ~Q(status=Status.DRAFT)


def _of(user: User) -> Q:
    """Whether a request is somebody's own, or was sent and names them."""
    return Q(pk__in=keys_of(user)) & (SENT | Q(applicant=user))


def keys_of(user: User) -> models.QuerySet[Any]:
    """The keys of the requests of which somebody is the applicant, or in which they are named, sent or not.

    One list of keys: of two conditions of which one or the other is to be so, PostgreSQL would ask every request.
    """
    own = AccessRequest.objects.filter(applicant=user).order_by().values("pk")
    return own.union(Participant.objects.of(user).order_by().values("request"))


def _handled_by(user: User) -> Q:
    """Whether somebody handles a request: hub staff every one that was sent, a provider those for its datasets."""
    return SENT if user.is_hub else _seen_as_provider(user)


def _seen_as_provider(user: User) -> Q:
    """Whether a sent request's dataset names a provider of theirs: confirmed, or there before it was sent."""
    mine = DatasetProvider.objects.filter(provider_id__in=user.provider_ids, retired_at=None)
    early = Q(confirmed=True) | Q(added_at__lte=OuterRef("submitted_at"))
    # Their datasets first, so that an index finds the few requests for them.
    return SENT & Q(dataset__in=mine.values("dataset")) & Q(Exists(mine.filter(early, dataset=OuterRef("dataset"))))


class AccessRequest(models.Model):
    """One person asks for one dataset under one licence.

    `draft` holds the answers being written (in draft and returned); what was sent stands in `Submission`.
    `siblings_key` is shared by drafts that were begun with one form. `search_text` holds the folded words of what was
    sent. `event_count` and `event_head` are the number and hash of its last event.
    """

    reference = models.CharField(_("reference"), max_length=30, unique=True)
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="access_requests", verbose_name=_("dataset"))
    license = models.ForeignKey(License, models.PROTECT, related_name="access_requests", verbose_name=_("licence"))
    applicant = models.ForeignKey(User, models.PROTECT, related_name="access_requests", verbose_name=_("applicant"))
    form_version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+", verbose_name=_("form"))
    status = models.CharField(_("status"), max_length=20, choices=STATUS_CHOICES, default=Status.DRAFT)
    status_since = models.DateTimeField(_("since"), default=timezone.now)
    draft = models.JSONField(_("answers being written"), default=dict, blank=True)
    draft_license_text = models.ForeignKey(LicenseText, models.PROTECT, null=True, blank=True, related_name="+")
    recipient_key = models.CharField(_("recipient scientist"), max_length=254, blank=True)
    outcome = models.CharField(_("decision"), max_length=10, choices=ANSWER_CHOICES, blank=True)
    created_at = models.DateTimeField(_("begun"), default=timezone.now)
    changed_at = models.DateTimeField(_("last changed"), default=timezone.now)
    submitted_at = models.DateTimeField(_("first sent"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    assigned_to = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("assigned to")
    )
    register_number = models.CharField(_("register number"), max_length=100, blank=True)
    renews = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals", verbose_name=_("renews")
    )
    siblings_key = models.UUIDField(_("asked together"), null=True, blank=True, db_index=True)
    copies_deleted_at = models.DateTimeField(_("copies deleted"), null=True, blank=True)
    search_text = models.TextField(_("words to search"), blank=True, editable=False)
    event_count = models.PositiveIntegerField(default=0)
    event_head = models.CharField(max_length=64, blank=True)

    objects = AccessRequestQuerySet.as_manager()

    if TYPE_CHECKING:
        submissions: RelatedManager[Submission]
        participants: RelatedManager[Participant]
        rounds: RelatedManager[Round]
        acceptances: RelatedManager[LicenseAcceptance]
        grants: RelatedManager[Grant]
        events: RelatedManager[Event]
        texts: RelatedManager[SealedText]
        messages: RelatedManager[Message]
        attachments: RelatedManager[Attachment]
        agreements: RelatedManager[Agreement]

    class Meta:
        verbose_name = _("access request")
        verbose_name_plural = _("access requests")
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(condition=Q(status__in=list(Status)), name="request_status_is_known"),
            models.CheckConstraint(
                condition=Q(status=Status.DRAFT, submitted_at=None)
                | (~Q(status=Status.DRAFT) & Q(submitted_at__isnull=False)),
                name="request_sent_unless_draft",
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(FINISHED), ended_at__isnull=False)
                | (~Q(status__in=sorted(FINISHED)) & Q(ended_at=None)),
                name="request_finished_has_its_end",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("approved", "granted", "expired", "revoked"), outcome=Answer.APPROVE)
                | Q(status=Status.REJECTED, outcome=Answer.REJECT)
                | Q(status__in=("withdrawn", "closed"))
                | Q(status__in=("draft", "submitted", "in-review", "decided", "returned"), outcome=""),
                name="request_decided_has_its_decision",
            ),
            models.UniqueConstraint(
                fields=("applicant", "recipient_key", "dataset", "license"),
                condition=Q(status__in=sorted(OPEN)),
                name="one_open_request",
            ),
        )
        indexes = (
            models.Index(fields=("dataset", "status"), name="request_of_dataset"),
            models.Index(fields=("applicant", "-created_at"), name="request_of_applicant"),
            models.Index(fields=("status", "status_since"), name="request_waiting"),
            models.Index(fields=("-status_since", "-id"), name="request_moved_last"),
        )

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """The request's own page."""
        return reverse("access_requests:detail", kwargs={"reference": self.reference})

    @property
    def is_editable(self) -> bool:
        """Whether the applicant may change the answers now."""
        return self.status in EDITABLE

    def is_open_to(self, provider: DatasetProvider) -> bool:
        """Whether a provider of its dataset may know of it, once sent: the same rule as `visible_to`, for one row."""
        return provider.confirmed or (self.submitted_at is not None and provider.added_at <= self.submitted_at)

    @property
    def last_submission(self) -> Submission | None:
        """What was sent last."""
        return max(self.submissions.all(), key=lambda submission: submission.number, default=None)

    @property
    def sent_last(self) -> Submission:
        """What was sent last, of a request that was sent; uses prefetched rows where there are any.

        Raises:
            LookupError: for a draft.
        """
        last = self.last_submission
        if last is None:
            raise LookupError(f"{self} was never sent.")
        return last

    @property
    def open_round(self) -> Round | None:
        """The round whose votes are being collected."""
        return next((round_ for round_ in self.rounds.all() if round_.closed_at is None), None)


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Questions about the people named in requests."""

    def naming(self, user: User) -> ParticipantQuerySet:
        """Where this person is named now, also what they declined: as a user, or by an address that they verified."""
        return self.filter(Q(user=user) | Q(email__in=user.verified_emails), removed_at=None)

    def taking_part(self) -> ParticipantQuerySet:
        """Those who are named now and have not said that it is not their part."""
        return self.filter(removed_at=None, declined_at=None)

    def of(self, user: User) -> ParticipantQuerySet:
        """Where this person takes part: named now, and they have not declined."""
        return self.naming(user).taking_part()

    def with_acceptances(self) -> ParticipantQuerySet:
        """These people with what they have accepted of the licence, in the same query.

        `accepted_number` and `accepted_at`: the newest text that they accepted, and when. `good_since`: the number of
        the first text that is as good as the one in force (`License.texts_as_good`). `holds_grant`: whether they have
        access now, which stands on the text accepted for it.
        """
        grants = apps.get_model("access_requests", "Grant").objects.filter(participant=OuterRef("pk"), ended_at=None)
        acceptances = apps.get_model("access_requests", "LicenseAcceptance").objects
        mine = acceptances.filter(participant=OuterRef("pk"))
        newest = mine.order_by("-license_text__number")
        first = (LicenseText.Change.FIRST, LicenseText.Change.MATERIAL)
        texts = LicenseText.objects.filter(license=OuterRef("request__license"), change__in=first).order_by("-number")
        return self.annotate(
            accepted_number=Subquery(newest.values("license_text__number")[:1]),
            accepted_at=Subquery(newest.values("accepted_at")[:1]),
            good_since=Subquery(texts.values("number")[:1]),
            holds_grant=Exists(grants),
        )


class Participant(models.Model):
    """A person named in a request: their part, e-mail (case-folded), and user once there is one.

    `number` names them in the record: from 1 within the request, never given twice. They confirm their part or decline
    it; whoever declined and confirms after all has confirmed.
    """

    request = models.ForeignKey(
        AccessRequest, models.PROTECT, related_name="participants", verbose_name=_("access request")
    )
    number = models.PositiveIntegerField(_("number"))
    part = models.CharField(_("part"), max_length=20, choices=NAMED_PART_CHOICES)
    name = models.CharField(_("name"), max_length=200)
    title = models.CharField(_("title"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254)
    institution = models.CharField(_("institution"), max_length=300, blank=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="participations")
    added_at = models.DateTimeField(_("named"), default=timezone.now)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True)
    declined_why = models.ForeignKey(
        "access_requests.SealedText", models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ("request", "added_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("request", "number"), name="participant_number"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(declined_at=None), name="participant_confirms_or_declines"
            ),
            models.UniqueConstraint(
                fields=("request", "part", "email"), condition=Q(removed_at=None), name="participant_named_once"
            ),
            models.UniqueConstraint(
                fields=("request", "part"),
                condition=Q(removed_at=None) & ~Q(part=Part.MEMBER),
                name="one_person_for_each_part",
            ),
        )
        indexes = (
            models.Index(fields=("email",), name="participant_by_email"),
            models.Index(
                fields=("declined_at",),
                condition=Q(declined_at__isnull=False, removed_at=None),
                name="participant_who_declined",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def takes_part(self) -> bool:
        """Whether they are named now and have not declined: as `ParticipantQuerySet.taking_part`, for one row."""
        return self.removed_at is None and self.declined_at is None

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's; a new person gets the next number of the request, which the caller has locked."""
        if not self.number:
            last = Participant.objects.filter(request=self.request_id).aggregate(last=models.Max("number"))["last"]
            self.number = (last or 0) + 1
        super().save(*args, **kwargs)


class PartInvitation(models.Model):
    """A link, sent to somebody who is named, by which one verified person takes that part as their own.

    Only the SHA-256 of the token is kept. It works once, until it expires.
    """

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("works until"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    used_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("invitation to a part")
        verbose_name_plural = _("invitations to a part")

    def __str__(self) -> str:
        return str(self.participant)

    @property
    def is_open(self) -> bool:
        """Whether it still works."""
        return self.used_at is None and self.expires_at > timezone.now() and self.participant.removed_at is None
