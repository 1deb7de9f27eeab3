"""The five people of the journey through AIDA's own practice, and what they write."""

from __future__ import annotations

from dataclasses import dataclass

from access_requests.models import AccessRequest
from tests.support.walker import Post, Walker

# Words that stand nowhere else, to be searched for in what each person gets.
NOTE = "Her group leader confirmed the plan by telephone, quoth-4711."
COMMENT = "Which scanners do the real images come from?"
BACK = "Please see the comment at the planned use."
MESSAGE = "I have named the scanners now."
YES, NO = "A sound plan, frumious-2203.", "The plan says nothing about ethics, mimsy-8841."
FINAL = "Welcome. Please tell us about what you publish."
LINK, SECRET, HOW = "https://data.example/brgandi/quux-31337", "Xyzzy-Plugh-7719", "Use the program frobnicate."
GONE = "The project has ended before its time."
RUTS_OWN = "rut.ek@home.example"
DESK, LIST = "/admin/", "/admin/access_requests/accessrequest/"


@dataclass
class People:
    """The five of the journey, their post, and the request as the database has it."""

    ada: Walker
    rut: Walker
    hedda: Walker
    per: Walker
    petra: Walker
    post: Post

    @property
    def all(self) -> list[Walker]:
        """Each of them."""
        return [self.ada, self.rut, self.hedda, self.per, self.petra]

    @property
    def own(self) -> str:
        """The address of the request's page."""
        return f"/requests/{self.post.reference}/"

    @property
    def decision(self) -> str:
        """The address of the page for those who review it."""
        return f"{LIST}{self.post.reference}/change/"

    @property
    def row(self) -> AccessRequest:
        """The request now."""
        return AccessRequest.objects.get(reference=self.post.reference)
