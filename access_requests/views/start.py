"""Where a request begins: what one can ask for, what will be asked, and who receives it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from access_requests import actions, steps
from access_requests.builtin import questions_to_come
from access_requests.conditions import hub_decides
from access_requests.models import AccessRequest
from access_requests.policies import licenses_to_ask, policy_of, providers_named
from access_requests.questions import Question, of_step, text_in
from access_requests.rules import Denied
from access_requests.usual import annotated, usual_of
from access_requests.workflow import OPEN, UNSENT
from aidahub.accounts.models import User
from datasets.models import Dataset, License

from .shared import denied_page
from .siblings import draft_to_join


@dataclass(frozen=True)
class Way:
    """One licence under which one can ask: its slug in addresses, who decides, and what will be asked."""

    license: License
    slug: str
    by_hub: bool
    parts: list[tuple[object, list[str]]]
    request: AccessRequest | None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, doi: str) -> HttpResponse:
    """`/<DOI>/request/`: looking starts nothing; POST makes the draft, or finds the one that is there."""
    rows = Dataset.objects.prefetch_related("licenses__texts", "licenses__policy", "dataset_providers").annotate(
        **annotated("pk")
    )
    dataset = get_object_or_404(rows, doi=doi.lower())
    ways = _ways(dataset, request)
    wanted = request.POST.get("license") or request.GET.get("license") or (ways[0].slug if ways else "")
    chosen = next((way for way in ways if way.slug == wanted), None)
    if request.method == "POST":
        return _begin(request, dataset, chosen)
    context = {
        "dataset": dataset,
        "ways": sorted(ways, key=lambda way: way != chosen),
        "chosen": chosen or (ways[0] if ways else None),
        "providers": providers_named(dataset),
        "usual": usual_of(dataset),
        "draft_to_join": draft_to_join(request.user, dataset) if ways else None,
    }
    return render(request, "access_requests/start.html", context)


def _begin(request: HttpRequest, dataset: Dataset, chosen: Way | None) -> HttpResponse:
    if not request.user.is_authenticated:
        query = f"?license={chosen.slug}" if chosen else ""
        return redirect_to_login(request.path + query)
    if chosen is None:
        return redirect(request.path)
    try:
        draft = actions.start(license=chosen.license, by=request.user)
    except Denied as denied:
        return denied_page(request, denied)
    return redirect("access_requests:edit", reference=draft.reference)


def _ways(dataset: Dataset, request: HttpRequest) -> list[Way]:
    mine = _open_requests(dataset, request.user) if isinstance(request.user, User) else {}
    ways = []
    for license_ in licenses_to_ask(dataset):
        policy = policy_of(license_)
        parts = _what_is_asked(questions_to_come(policy.form, license_))
        ways.append(Way(license_, slugify(license_.name), hub_decides(policy), parts, mine.get(license_.pk)))
    return ways


def _open_requests(dataset: Dataset, user: User) -> dict[int, AccessRequest]:
    """The person's drafts and open requests for a dataset, by the key of the licence."""
    rows = AccessRequest.objects.filter(applicant=user, dataset=dataset, status__in=OPEN | UNSENT)
    return {row.license_id: row for row in rows.order_by("created_at")}


def _what_is_asked(asked: list[Question]) -> list[tuple[object, list[str]]]:
    """By step, the questions that everybody gets."""
    everybody = [question for question in asked if not question.show_if]
    found = [
        (steps.NAMES[slug], [text_in(None, question.label) for question in of_step(everybody, slug)])
        for slug in steps.slugs(everybody)
    ]
    return [(name, labels) for name, labels in found if labels]
