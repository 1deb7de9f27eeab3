"""Number the people of requests, fold the words of what was sent, and put the first canned texts in."""

from itertools import groupby

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from access_requests.search_words import words_of

CANNED = (
    (
        "not-enough-evidence",
        "Not enough evidence of who asks",
        "För lite som visar vem som frågar",
        "We could not see from your request that you work at the institution that you name. Please use an e-mail address "
        "of the institution, sign in with ORCID, or give a link to a page of the institution that names you, and send the "
        "request again.",
        "Vi kan inte se av din ansökan att du arbetar vid den organisation som du anger. Använd en e-postadress vid "
        "organisationen, logga in med ORCID eller ange en länk till en av organisationens sidor där ditt namn står, och "
        "skicka sedan ansökan igen.",
    ),
    (
        "approved-what-comes-next",
        "Approved, and what comes next",
        "Godkänd, och vad som händer nu",
        "Your request is approved. When everybody whose confirmation is needed has confirmed, access opens and you get a "
        "mail that says how to get the data.",
        "Din ansökan är godkänd. När alla vars bekräftelse behövs har bekräftat öppnas åtkomsten, och du får ett mejl som "
        "säger hur du hämtar data.",
    ),
    (
        "wrong-person",
        "Wrong person",
        "Fel person",
        "The person whom you name as recipient scientist cannot be that: it must be a qualified researcher, with a PhD or "
        "better, who is responsible for the data at the institution. Please name somebody who is, and send the request "
        "again.",
        "Den person som du anger som mottagande forskare kan inte vara det: det ska vara en behörig forskare, med "
        "doktorsexamen eller högre, som ansvarar för data vid organisationen. Ange någon som är det och skicka ansökan "
        "igen.",
    ),
)


def forward(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Fill in what the new columns hold."""
    participants = apps.get_model("access_requests", "Participant")
    rows = participants.objects.order_by("request_id", "pk").only("pk", "request_id")
    for _request, people in groupby(rows.iterator(2000), key=lambda row: row.request_id):
        for number, person in enumerate(people, 1):
            participants.objects.filter(pk=person.pk).update(number=number)
    requests = apps.get_model("access_requests", "AccessRequest").objects
    sent = requests.exclude(submitted_at=None).select_related("dataset", "applicant")
    for request in sent.prefetch_related("participants", "submissions").iterator(500):
        texts = [request.reference, request.dataset.doi, request.dataset.name, request.dataset.short_name]
        for person in request.participants.all():
            texts += [person.name, person.email, person.institution]
        answers = [submission.answers for submission in request.submissions.all()]
        requests.filter(pk=request.pk).update(search_text=words_of(texts, answers))
    canned = apps.get_model("access_requests", "CannedText").objects
    for order, (slug, title, title_sv, text, text_sv) in enumerate(CANNED, 1):
        canned.get_or_create(
            slug=slug,
            defaults={
                "title_en": title, "title_sv": title_sv, "text_en": text, "text_sv": text_sv, "order": order
            },
        )  # fmt: skip


class Migration(migrations.Migration):
    """What the columns of the migration before need."""

    dependencies = [("access_requests", "0003_the_whole_workflow"), ("datasets", "0004_refused_pages")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
