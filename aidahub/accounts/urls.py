"""Addresses of the account that are not allauth's."""

from django.urls import path

from aidahub.accounts import views

app_name = "accounts"
urlpatterns = [
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("accounts/profile/", views.ProfileView.as_view(), name="profile"),
]
