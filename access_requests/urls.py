"""Addresses of requests: by reference, never by a database key."""

from django.urls import path

from .views import access, edit, files, messages, pages, paper, parts, siblings, start, verbs

app_name = "access_requests"

urlpatterns = [
    path("requests/", pages.mine, name="mine"),
    path("requests/<str:reference>/", pages.detail, name="detail"),
    path("requests/<str:reference>/messages/", messages.write, name="messages"),
    path("requests/<str:reference>/edit/", edit.edit, name="edit"),
    path("requests/<str:reference>/edit/<slug:step>/", edit.edit_step, name="edit_step"),
    path("requests/<str:reference>/more/", siblings.more, name="more"),
    path("requests/<str:reference>/withdraw/", verbs.withdraw, name="withdraw"),
    path("requests/<str:reference>/discard/", verbs.discard, name="discard"),
    path("requests/<str:reference>/accept/", verbs.accept, name="accept"),
    path("requests/<str:reference>/copy.pdf", paper.copy, name="copy"),
    path("requests/<str:reference>/files/", files.files, name="files"),
    path("requests/<str:reference>/files/<uuid:public_id>/", files.file, name="file"),
    path("requests/<str:reference>/files/<uuid:public_id>/remove/", files.remove, name="remove_file"),
    path("requests/<str:reference>/secret/", access.secret, name="secret"),
    path("requests/<str:reference>/leave/", access.leave, name="leave"),
    path("requests/<str:reference>/renew/", access.renew, name="renew"),
    path("requests/<str:reference>/deletion/", access.deletion, name="deletion"),
    path("requests/<str:reference>/part/", parts.part, name="part"),
    path("requests/<str:reference>/people/", parts.people, name="people"),
    path("parts/<str:token>/", parts.invitation, name="part_invitation"),
    path("<path:doi>/request/", start.start, name="start"),
]
