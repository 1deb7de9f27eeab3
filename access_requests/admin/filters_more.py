"""More filters of the list: licence, who takes care, and any answer of a form.

As in `filters`, every choice comes from requests that the person may see, so none tells of others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from access_requests.desk import handled, names, requests_for
from access_requests.kinds import Kind
from access_requests.models import AccessRequest, FormVersion, Submission
from access_requests.questions import Question, name_of, parse, words
from access_requests.search_words import CHOSEN
from aidahub.accounts.models import User
from aidahub.row_by_row import Found
from datasets.models import License

from .assigning import hub_staff
from .filters import Choices, user_of

LONGEST_WORDS = 200
NOT_ASKED = frozenset({Kind.EXPLANATION, Kind.CONFIRM})


class LicenseFilter(admin.SimpleListFilter):
    """Under which licence, by its name."""

    title = _("licence")
    parameter_name = "license"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """The names of the licences that occur."""
        asked = Exists(requests_for(user_of(request)).filter(license=OuterRef("pk")))
        found = License.objects.filter(asked).order_by().values_list("name", flat=True).distinct()
        return [(name, name) for name in sorted(found)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccessRequest]) -> QuerySet[AccessRequest]:
        """The requests under a licence of that name."""
        name = self.value()
        if name and "\0" in name:  # which PostgreSQL refuses
            return queryset.none()
        return queryset.filter(license__name=name) if name else queryset


class AssigneeFilter(admin.SimpleListFilter):
    """Who takes care of it; for hub staff."""

    title = _("who takes care of it")
    parameter_name = "assigned"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Oneself, nobody, and each colleague; nothing for a provider."""
        user = user_of(request)
        if not user.is_hub:
            return []
        others = [person for person in hub_staff() if person.pk != user.pk]
        return [("me", _("Me")), ("nobody", _("Nobody")), *((str(person.public_id), str(person)) for person in others)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccessRequest]) -> QuerySet[AccessRequest]:
        """The requests of that person."""
        value = self.value()
        known = value is not None and value in dict(self.lookup_choices)
        if known:  # which of the reader's own requests somebody takes care of is not for them to know
            queryset = queryset.exclude(names(user_of(request)))
        if value == "me":
            return queryset.filter(assigned_to=user_of(request))
        if value == "nobody":
            return queryset.filter(unassigned())
        return queryset.filter(assigned_to__public_id=str(value)) if known else queryset


def unassigned() -> Q:
    """Requests that nobody takes care of; a closed account takes care of nothing."""
    return Q(assigned_to=None) | Q(assigned_to__is_active=False)


class AnswerFilter(admin.ListFilter):
    """By an answer of the form as sent last: first the question is chosen, then the answer or words of it."""

    title = _("answer")
    template = "admin/access_requests/accessrequest/parts/answer_filter.html"
    parameters = ("question", "answer")

    def __init__(
        self, request: HttpRequest, params: dict[str, list[str]], model: Any, model_admin: admin.ModelAdmin[Any]
    ) -> None:
        """Take what was chosen; a question that was never asked there is as none."""
        super().__init__(request, params, model, model_admin)
        for name in self.parameters:
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1].replace("\0", "")
        self.user = user_of(request)
        self.questions = questions_asked(self.user)
        self.question = self.questions.get(str(self.used_parameters.get("question", "")))
        self.answer = str(self.used_parameters.get("answer", ""))[:LONGEST_WORDS].strip()
        self.kept: list[tuple[str, str]] = []

    def has_output(self) -> bool:
        """Whether there is anything to ask for."""
        return bool(self.questions)

    def expected_parameters(self) -> list[str | None]:
        """The parameters of the address."""
        return list(self.parameters)

    @property
    def names(self) -> list[tuple[str, str]]:
        """The questions to choose from, by their keys."""
        return [(key, name_of(question)) for key, question in self.questions.items()]

    @property
    def is_chosen_from(self) -> bool:
        """Whether the answers to the question are chosen from, not written."""
        return self.question is not None and self.question.kind in CHOSEN

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """The answers that occur, where there are some to choose from."""
        self.kept = [(name, value) for name, value in changelist.params.items() if name not in (*self.parameters, "p")]
        if self.question is not None and self.is_chosen_from:
            for value in answers_given(self.user, self.question):
                yield {"selected": value == self.answer, "value": value, "display": words(self.question, value)}

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccessRequest]) -> QuerySet[AccessRequest]:
        """The requests with that answer."""
        if self.question is None or not self.answer:
            return queryset
        sent = last_answers(self.question.key).filter(_holds(self.question, self.answer), request=OuterRef("pk"))
        return queryset.filter(Exists(sent))


def _holds(question: Question, answer: str) -> Q:
    if question.kind == Kind.SOME_OF:  # a list, which the database writes out as JSON
        return Q(given__contains=f'"{answer}"')
    return Q(given=answer) if question.kind in CHOSEN else Q(given__icontains=answer)


def last_answers(key: str) -> QuerySet[Any]:
    """What was sent last in each request, with the answer to one question as `given`."""
    later = Submission.objects.filter(request=OuterRef("request"), number__gt=OuterRef("number")).order_by()
    # Cast, or Django takes what it is compared with for JSON.
    given = Cast(KeyTextTransform(key, "answers"), TextField())
    return Submission.objects.filter(~Exists(later)).annotate(given=given)


def questions_asked(user: User) -> Mapping[str, Question]:
    """The questions of the forms in which anything was sent that a person may see, each once, by key."""
    seen = handled(Submission.objects.filter(form_version=OuterRef("pk")), user)
    found: dict[str, Question] = {}
    for version in FormVersion.objects.filter(Found(seen)).order_by("-pk"):
        for question in parse(version.questions):
            if question.kind not in NOT_ASKED:
                found.setdefault(question.key, question)
    return found


def answers_given(user: User, question: Question) -> list[str]:
    """The answers to a question of choice that occur in what a person may see, in the order that they read."""
    rows = last_answers(question.key).filter(request__in=requests_for(user).order_by()).order_by()
    if question.kind == Kind.SOME_OF:
        texts = set(rows.values_list("given", flat=True).distinct())
        given = {option.value for option in question.options if any(f'"{option.value}"' in (t or "") for t in texts)}
    else:
        given = set(rows.values_list("given", flat=True).distinct()) - {None, ""}
    return sorted(given, key=lambda value: words(question, value))
