"""Addresses of the account that are not allauth's."""

from django.urls import path

from aidahub.accounts import lock_views, views

app_name = "accounts"
urlpatterns = [
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("accounts/profile/", views.ProfileView.as_view(), name="profile"),
    path("accounts/second-step/", lock_views.second_step, name="second_factor"),
    path("accounts/confirm/", lock_views.sitting, name="sitting"),
    path("accounts/again/", lock_views.again_by_mail, name="again_by_mail"),
    path("accounts/sessions/end/", lock_views.end_session, name="end_session"),
]
