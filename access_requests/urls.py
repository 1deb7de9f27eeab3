"""Addresses of requests: by reference, never by a database key."""

from django.urls import path

from .views import edit, pages, parts, start, verbs

app_name = "access_requests"

urlpatterns = [
    path("requests/", pages.mine, name="mine"),
    path("requests/<str:reference>/", pages.detail, name="detail"),
    path("requests/<str:reference>/edit/", edit.edit, name="edit"),
    path("requests/<str:reference>/edit/<slug:step>/", edit.edit_step, name="edit_step"),
    path("requests/<str:reference>/withdraw/", verbs.withdraw, name="withdraw"),
    path("requests/<str:reference>/discard/", verbs.discard, name="discard"),
    path("requests/<str:reference>/accept/", verbs.accept, name="accept"),
    path("requests/<str:reference>/part/", parts.part, name="part"),
    path("requests/<str:reference>/people/", parts.people, name="people"),
    path("parts/<str:token>/", parts.invitation, name="part_invitation"),
    path("<path:doi>/request/", start.start, name="start"),
]
