"""What every answer tells the browser to forbid: pages, errors, redirects, files, static files, probes, the admin.

Django's own `SecurityMiddleware` and django-csp say their part; what neither knows stands here. All three are the
first middleware, so that no answer of another one escapes them.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

# https://www.w3.org/TR/permissions-policy/: nothing here uses any of these, nor may what somebody smuggles in.
NOT_USED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media",
    "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer",
    "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "serial", "storage-access", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
HEADERS = {
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in NOT_USED),
    # Other sites may link here, but neither embed what is here nor share a process with it. Scripts of other sites
    # still read the datasets' metadata, which says so by its own header (CORS).
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Frame-Options": "DENY",  # for browsers that do not know `frame-ancestors`
    "X-Permitted-Cross-Domain-Policies": "none",
}
# Pages of one person, or for whoever holds a link: nothing of them is kept by a cache or found by a search engine.
PRIVATE = ("/accounts/", "/admin/", "/requests/", "/invitations/")


def is_private(path: str) -> bool:
    """Whether an address belongs to one person or to whoever holds a link, whoever asks for it."""
    return path.startswith(PRIVATE) or path.endswith("/request/")


class EveryAnswer:
    """Middleware: adds the headers of this table, keeping what a page says of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Args: get_response: the whole site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the site does, with these headers."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if is_private(request.path_info):
            response.headers.setdefault("X-Robots-Tag", "noindex")
        # A cookie is for one browser, also where the page around it is for everybody.
        if (is_private(request.path_info) or response.cookies) and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
