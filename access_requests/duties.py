"""What each of those who are named is asked to confirm: told in mails and pages, and said by them in the form."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .workflow import Part

DUTIES: dict[Part, str | Promise] = {
    Part.RECIPIENT_SCIENTIST: _(
        "As recipient scientist you confirm that you are a qualified researcher (PhD or better) and are responsible "
        "for the data, and you accept the dataset's licence."
    ),
    Part.SIGNATORY: _(
        "As signatory you confirm that you may sign for the institution if the dataset's providers ask for an "
        "agreement. You get no access to the data yourself."
    ),
    Part.MEMBER: _(
        "As member you confirm that you work with the data under the recipient scientist, and you accept the "
        "dataset's licence."
    ),
}
SAYS: dict[Part, str | Promise] = {
    Part.RECIPIENT_SCIENTIST: _(
        "I am the recipient scientist: a qualified researcher (PhD or better), and responsible for the data."
    ),
    Part.SIGNATORY: _("I am the signatory: I may sign such agreements for the institution."),
    Part.MEMBER: _("I am a member: I work with the data under the recipient scientist."),
}
