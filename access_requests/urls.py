"""Addresses of requests: by reference, never by a database key."""

from django.urls import path

from .views import edit, files, pages, paper, start, verbs

app_name = "access_requests"

urlpatterns = [
    path("requests/", pages.mine, name="mine"),
    path("requests/<str:reference>/", pages.detail, name="detail"),
    path("requests/<str:reference>/edit/", edit.edit, name="edit"),
    path("requests/<str:reference>/edit/<slug:step>/", edit.edit_step, name="edit_step"),
    path("requests/<str:reference>/withdraw/", verbs.withdraw, name="withdraw"),
    path("requests/<str:reference>/discard/", verbs.discard, name="discard"),
    path("requests/<str:reference>/accept/", verbs.accept, name="accept"),
    path("requests/<str:reference>/copy.pdf", paper.copy, name="copy"),
    path("requests/<str:reference>/files/", files.files, name="files"),
    path("requests/<str:reference>/files/<uuid:public_id>/", files.file, name="file"),
    path("requests/<str:reference>/files/<uuid:public_id>/remove/", files.remove, name="remove_file"),
    path("<path:doi>/request/", start.start, name="start"),
]
