"""Asking for more datasets with one form: choose them, and send all drafts together."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from access_requests import actions, steps
from access_requests.models import AccessRequest
from access_requests.policies import licenses_to_ask
from access_requests.rules import AlreadySent, Denied, check_may
from access_requests.siblings import MOST, drafts_with, readiness, with_what_is_asked
from access_requests.workflow import OPEN, UNSENT, Status, Verb
from aidahub.accounts.models import User
from datasets.catalogue import for_cards
from datasets.models import Dataset, License
from datasets.search import finding
from datasets.search.query import Query

from .shared import SignedIn, for_people, visible

SHOWN = 20


@dataclass(frozen=True)
class Choice:
    """One licence of a dataset that can be ticked; or why it cannot."""

    license: License
    value: str
    own: AccessRequest | None
    together: bool


@dataclass(frozen=True)
class Row:
    """A dataset of the list, with all that one can ask for."""

    dataset: Dataset
    choices: list[Choice]


def value_of(license: License) -> str:
    """What a page posts for a licence: the dataset's DOI, and the licence as start pages call it."""
    return f"{license.dataset.doi} {slugify(license.name)}"


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def more(request: SignedIn, reference: str) -> HttpResponse:
    """`/requests/<reference>/more/`: datasets to ask for with the same answers; POST makes a draft for each tick."""
    draft = visible(request, reference)
    check_may(request.user, Verb.SAVE, draft)
    if draft.status != Status.DRAFT:
        raise Denied(_("This request has been sent already. Ask for the other dataset on its own page."))
    if request.method == "POST":
        return _add(request, draft)
    query = Query.of(request.GET.get("q", ""))
    rows = _rows(query, request.user, draft)
    context = {
        "access_request": draft,
        "query": query,
        "rows": rows[:SHOWN],
        "cut": len(rows) > SHOWN,
        "shown": SHOWN,
        "most": MOST,
        "drafts": list(drafts_with(draft).select_related("dataset", "license")),
    }
    return render(request, "access_requests/siblings/more.html", context)


def _rows(query: Query, user: User, draft: AccessRequest) -> list[Row]:
    """What the search finds, in its order, in a constant number of queries."""
    keys = finding.keys(query, 0, SHOWN + 1)
    found = for_cards(Dataset.objects.listed().filter(pk__in=keys))
    found = found.prefetch_related("licenses__texts", "licenses__policy", "dataset_providers")
    datasets = {dataset.pk: dataset for dataset in found}
    own = AccessRequest.objects.filter(applicant=user, dataset__in=keys, status__in=OPEN | UNSENT).order_by("pk")
    mine = {row.license_id: row for row in own}
    return [Row(datasets[key], _choices(datasets[key], mine, draft)) for key in keys if key in datasets]


def _choices(dataset: Dataset, mine: dict[int, AccessRequest], draft: AccessRequest) -> list[Choice]:
    return [Choice(one, value_of(one), mine.get(one.pk), _is_with(mine.get(one.pk), draft)) for one in _asked(dataset)]


def _asked(dataset: Dataset) -> list[License]:
    """The licences that can be asked under; each knows its dataset."""
    for license_ in dataset.licenses.all():
        license_.dataset = dataset
    return licenses_to_ask(dataset)


def _is_with(other: AccessRequest | None, draft: AccessRequest) -> bool:
    if other is None:
        return False
    key = draft.siblings_key
    return other.pk == draft.pk or (other.status == Status.DRAFT and key is not None and other.siblings_key == key)


def _add(request: SignedIn, draft: AccessRequest) -> HttpResponse:
    """Make a draft for each dataset that was ticked; what cannot be asked for is said, and stops no other."""
    added = []
    for value in list(dict.fromkeys(request.POST.getlist("ask")))[:MOST]:
        license_ = _license(value)
        if license_ is None:
            messages.error(request, _("One of the datasets does not exist, or takes no requests here."))
            continue
        try:
            added.append(actions.add_sibling(request=draft, by=request.user, license=license_))
        except Denied as denied:
            messages.error(request, f"{license_.dataset.display_name}: {denied}")
    if not added:
        if not request.POST.getlist("ask"):
            messages.error(request, _("Tick the datasets that you want to ask for, too."))
        return redirect("access_requests:more", reference=draft.reference)
    told = ngettext(
        "%(number)s more dataset is asked for with the same answers. Each has its licence to accept.",
        "%(number)s more datasets are asked for with the same answers. Each has its licence to accept.",
        len(added),
    )
    messages.success(request, told % {"number": len(added)})
    return redirect(steps.url_of(draft, "review"))


def _license(value: str) -> License | None:
    """The licence that a page posts; none for anything that cannot be asked under."""
    doi, _space, slug = value.partition(" ")
    if "\0" in doi:
        return None
    dataset = Dataset.objects.filter(doi=doi.lower()).first()
    return next((one for one in _asked(dataset) if slugify(one.name) == slug), None) if dataset else None


def together(draft: AccessRequest, user: User) -> dict[str, object]:
    """What the review page shows of the drafts that are sent together; empty where there is only one."""
    if draft.status != Status.DRAFT or draft.siblings_key is None:
        return {}
    ready = readiness(with_what_is_asked(drafts_with(draft)), user.verified_emails)
    if len(ready) < 2:
        return {}
    return {"siblings": ready, "all_ready": not any(one.problems for one in ready)}


def send_all(request: SignedIn, draft: AccessRequest) -> HttpResponse:
    """Send all of them, or none; what is missing stands on the review page."""
    try:
        sent = actions.submit_together(request=draft, by=request.user)
    except AlreadySent as already:
        messages.info(request, str(already))
        return redirect(draft)
    except Denied as denied:
        messages.error(request, str(denied))
        return redirect(steps.url_of(draft, "review"))
    told = ngettext(
        "%(number)s request is sent. You get a copy of each by mail.",
        "%(number)s requests are sent. You get a copy of each by mail.",
        len(sent),
    )
    messages.success(request, told % {"number": len(sent)})
    return redirect("access_requests:mine")


def draft_to_join(user: object, dataset: Dataset) -> AccessRequest | None:
    """The draft for another dataset that a person went on with last: what they may ask for this one together with."""
    if not isinstance(user, User):
        return None
    drafts = AccessRequest.objects.filter(applicant=user, status=Status.DRAFT).exclude(dataset=dataset)
    return drafts.select_related("dataset").order_by("-changed_at").first()
