"""Many requests without the minute that many sendings take."""

from __future__ import annotations

from access_requests.models import AccessRequest, Decider, Participant, Round, Submission
from aidahub.accounts.models import User


def copy_of(request: AccessRequest, number: int) -> AccessRequest:
    """A request of somebody else that looks like this one, which is in review.

    Only for tests of lists: it has no events.
    """
    person = User.objects.create(email=f"person{number}@uu.example", name=f"Person {number}", password="!")
    copy = AccessRequest.objects.get(pk=request.pk)
    copy.pk, copy.reference, copy.applicant = None, f"AIDA-2020-{number:05}", person
    copy.save()
    for participant in Participant.objects.filter(request=request):
        participant.pk, participant.request = None, copy
        participant.user = person if participant.user_id == request.applicant_id else None
        participant.email = f"{number}.{participant.email}"
        participant.save()
    asked = request.rounds.get()
    sent = request.submissions.get()
    submission = Submission.objects.create(
        request=copy, number=1, form_version=sent.form_version, license_text=sent.license_text, answers=sent.answers
    )
    round_ = Round.objects.create(request=copy, submission=submission, number=1, quorum=asked.quorum)
    for decider in asked.deciders.all():
        Decider.objects.create(round=round_, provider=decider.provider)
    return copy
