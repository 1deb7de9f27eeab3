"""The forms of the confirmation pages around access."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access_requests.actions import HandedOver
from access_requests.kinds import day_in_words
from access_requests.models import AccessRequest, Attachment, Delivery, Grant, GrantQuerySet, Participant
from access_requests.policies import policy_of
from access_requests.rules import REASON_LENGTH, allowed
from access_requests.workflow import ENDED_ACCESS


class Day(forms.DateInput):
    """A day, chosen as the browser lets people choose one."""

    input_type = "date"

    def __init__(self) -> None:
        """Written as browsers read it."""
        super().__init__(format="%Y-%m-%d")


def _in_order(grants: GrantQuerySet) -> list[Grant]:
    """Grants with their holders, as people are numbered in the record."""
    return list(grants.select_related("participant").order_by("participant__number"))


class AccessForm(forms.Form):
    """Asks what a step around access needs.

    Args:
        request: the request whose access it is about.
    """

    def __init__(self, *args: Any, request: AccessRequest, **kwargs: Any) -> None:
        """Fill in what is known."""
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.request = request
        self.held = _in_order(Grant.objects.in_force().filter(request=request))
        self.fill_in()

    def fill_in(self) -> None:
        """Choices and first values, where a step has some."""

    def offer(self, name: str, grants: GrantQuerySet | None = None) -> None:
        """Let somebody be chosen: of those with these grants, or of those who have access."""
        if grants is not None:
            self.held = _in_order(grants)
        cast("forms.ChoiceField", self.fields[name]).choices = self.holders

    def chosen(self, numbers: Collection[str]) -> list[Participant]:
        """The holders with these numbers."""
        return [grant.participant for grant in self.held if str(grant.participant.number) in numbers]

    @property
    def holders(self) -> list[tuple[str, str]]:
        """Everybody who has access, as choices: by their number in the record."""
        rows = ((str(held.participant.number), f"{held.participant.name}, {held.institution}") for held in self.held)
        return list(dict.fromkeys(rows))


class DeliverForm(AccessForm):
    """How the data reaches whom. Filled in with the last delivery, so that handing it over again is one click.

    The secret of the last time is never shown: it is kept by ticking a box.
    """

    persons = forms.MultipleChoiceField(label=_("To whom?"), widget=forms.CheckboxSelectMultiple)
    how = forms.CharField(
        label=_("How they get the data, in words"),
        help_text=_("For example which program, which user name, which folder. Never a password: that goes below."),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    link = forms.CharField(
        label=_("Link"), required=False, max_length=2000, widget=forms.TextInput(attrs={"class": "rd-wide"})
    )
    keep_secret = forms.BooleanField(
        label=_("The secret of the last time still holds"),
        help_text=_("Each holder’s own; nobody sees it here. Untick it if there is none any more, or write a new one."),
        required=False,
    )
    secret = forms.CharField(
        label=_("Secret (you may leave it out)"),
        help_text=_("A password or key. Only the holder sees it, and each time is recorded."),
        required=False,
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "rd-wide"}),
    )
    valid_until = forms.DateField(label=_("Works until (you may leave it out)"), required=False, widget=Day())

    def fill_in(self) -> None:
        """Those without data; where all have some, those of the last delivery and what was handed over then."""
        self.offer("persons")
        rows = Delivery.objects.filter(grant__in=self.held).defer("secret").annotate(has_secret=~Q(secret=""))
        found = list(rows.order_by("at", "pk"))
        self.kept = {row.grant_id: row.has_secret for row in found}
        together = {row.grant_id for row in found if row.at == found[-1].at}
        to = {grant.pk for grant in self.held} - self.kept.keys() or together
        self.initial["persons"] = [str(grant.participant.number) for grant in self.held if grant.pk in to]
        if found:
            last = found[-1]
            self.initial["how"], self.initial["link"] = last.how, last.link
            self.initial["valid_until"] = _still(last.valid_until)
            self.initial["keep_secret"] = all(self.kept.get(key) for key in to)
        if not any(self.kept.values()):
            del self.fields["keep_secret"]

    def what(self) -> HandedOver:
        """What is handed over, from valid fields."""
        data = self.cleaned_data
        values = {key: data.get(key) or "" for key in ("how", "link", "secret")}
        keep = bool(data.get("keep_secret")) and not values["secret"]
        return HandedOver(**values, valid_until=data.get("valid_until"), keep_secret=keep)

    def clean(self) -> dict[str, Any]:
        """What nobody could use is said here, beside the fields, so that nothing has to be written again."""
        data = super().clean() or {}
        if self.errors:
            return data
        what = self.what()
        answer = allowed(what.check)
        if not answer:
            raise forms.ValidationError(answer.why)
        chosen = [grant for grant in self.held if str(grant.participant.number) in data["persons"]]
        if what.keep_secret and (none := [grant for grant in chosen if not self.kept.get(grant.pk)]):
            names = get_text_list([grant.participant.name for grant in none], gettext("and"))
            sentence = gettext("There is no secret of the last time for %(names)s. Untick the box, or write one.")
            self.add_error("keep_secret", sentence % {"names": names})
        return data


def _still(day: date | None) -> date | None:
    """A day that has not passed."""
    return day if day and day >= timezone.localdate() else None


class ExtendForm(AccessForm):
    """The new last day; filled in with as much time again as the policy gives."""

    ends = forms.DateField(label=_("New last day"), widget=Day())

    def fill_in(self) -> None:
        """The last day now, and the one that is proposed."""
        now = max((grant.ends for grant in self.held if grant.ends), default=None)
        if now is None:
            return
        words = gettext("The last day now is %(day)s.") % {"day": day_in_words(now)}
        self.fields["ends"].help_text = words
        self.initial["ends"] = max(now, timezone.localdate()) + timedelta(
            days=policy_of(self.request.license).days or 365
        )
        self.now = now

    def clean_ends(self) -> date:
        """A day later than the one now, that has not passed."""
        ends: date = self.cleaned_data["ends"]
        if ends <= self.now or ends < timezone.localdate():
            raise forms.ValidationError(gettext("Choose a day after the last day now, and not in the past."))
        return ends


class LeaveForm(AccessForm):
    """Who left."""

    person = forms.ChoiceField(label=_("Who?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("What else should be kept? (you may leave it out)"),
        help_text=_("Everybody who sees the request reads it."),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def fill_in(self) -> None:
        """Whoever has access."""
        self.offer("person")


class RevokeForm(AccessForm):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The applicant, everybody named, the deciders and hub staff read it. It is not signed."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class AgreementForm(AccessForm):
    """The paper, one of the request's files, and the day of signing."""

    paper = forms.ModelChoiceField(Attachment.objects.none(), to_field_name="public_id", label=_("Signed agreement"))
    signed_on = forms.DateField(label=_("Signed on"), widget=Day())

    def fill_in(self) -> None:
        """The files that are there, the latest first."""
        files = Attachment.objects.filter(request=self.request, removed_at=None, redacted_at=None).order_by("-at")
        field = cast("forms.ModelChoiceField[Attachment]", self.fields["paper"])
        field.queryset = files
        field.help_text = gettext("One of the files of the request.")
        if not files:
            field.help_text = gettext("The request has no file. First attach the signed agreement to it.")

    def clean_signed_on(self) -> date:
        """A day that has come."""
        day: date = self.cleaned_data["signed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(gettext("The day of signing lies in the future."))
        return day


class ClosedForm(AccessForm):
    """For whom; all who are left, to begin with."""

    persons = forms.MultipleChoiceField(
        label=_("For whom is it closed?"),
        help_text=_("Whatever the link or the secret led to is not open to them any more."),
        widget=forms.CheckboxSelectMultiple,
    )

    def fill_in(self) -> None:
        """Those whose access ended after data was handed over."""
        self.offer("persons", Grant.objects.filter(request=self.request).with_open_way())
        self.initial["persons"] = [number for number, _name in self.holders]


class DeletionForm(AccessForm):
    """Whether it is so; while others keep their access, for whom."""

    persons = forms.MultipleChoiceField(label=_("Whose copies?"), widget=forms.CheckboxSelectMultiple)
    deleted = forms.BooleanField(
        label=_("Somebody who is responsible for the data has told us that all copies are deleted."),
    )

    def fill_in(self) -> None:
        """Those whose access ended alone; where it is over for all, nobody is to be chosen."""
        if self.request.status in ENDED_ACCESS:
            del self.fields["persons"]
            return
        self.offer("persons", Grant.objects.filter(request=self.request).with_copies())
        self.fields["deleted"].label = gettext("They have told us that all of their copies are deleted.")
        self.initial["persons"] = [number for number, _name in self.holders] if len(self.held) == 1 else []
