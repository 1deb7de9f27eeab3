"""Users, who sign in by e-mail, and the links that let them act for a provider."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Concat, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from datasets.models import Provider


class UserManager(BaseUserManager["User"]):
    """Makes users; an e-mail is kept in lower case, since people are told apart by it."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with this e-mail, however it is written."""
        return self.get(email=(username or "").casefold())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a user; without a password they sign in by a code or through another service.

        Raises:
            ValueError: when the e-mail is empty.
        """
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.casefold(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make an operator."""
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """One person. What they filled in once stands here, so that no form asks for it twice.

    `is_staff` (may they open the admin) is a consequence of what they are, never stored. Who is suspended or erased
    cannot sign in; `closing` does both.
    """

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200, blank=True)
    institution = models.CharField(_("institution"), max_length=300, blank=True)
    department = models.CharField(_("department"), max_length=300, blank=True)
    postal_address = models.TextField(_("postal address"), max_length=1000, blank=True)
    country = CountryField(_("country"), blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_hub_staff = models.BooleanField(
        _("hub staff"), default=False, help_text=_("Sees every submitted request and runs the hub.")
    )
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True, editable=False)
    suspended_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("suspended by")
    )
    suspended_why = models.TextField(_("why it is suspended"), blank=True, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    # Whether a web session has proof for a link; set for the person of a web request where sittings are confirmed.
    is_proven: Callable[[ProviderLink], bool] | None = None

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("email",)
        constraints = (models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case"),)

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The name, or the e-mail of somebody who gave none."""
        return str(self)

    def get_short_name(self) -> str:
        """The same as the full name: names do not split the same way everywhere."""
        return str(self)

    @property
    def is_hub(self) -> bool:
        """Whether they are hub staff (an operator is, too)."""
        return self.is_active and (self.is_hub_staff or self.is_superuser)

    @property
    def is_staff(self) -> bool:
        """Whether the admin is theirs: hub staff, and whoever acts for a provider now, confirmed or not."""
        return self.is_hub or bool(self.links_in_force)

    @cached_property
    def links_in_force(self) -> list[ProviderLink]:
        """For whom they act now, and on what ground. Kept for the life of this object, which is one request."""
        return list(ProviderLink.objects.in_force().filter(user=self).select_related("provider"))

    @cached_property
    def closed_ids(self) -> frozenset[int]:
        """Keys of the providers they act for and must first confirm in this sitting; none of hub staff's."""
        if self.is_proven is None or self.is_hub:
            return frozenset()
        return frozenset(link.provider_id for link in self.links_in_force if not self.is_proven(link))

    @cached_property
    def provider_ids(self) -> frozenset[int]:
        """Keys of the providers they act for now, those left out that this sitting is not confirmed for."""
        return frozenset(link.provider_id for link in self.links_in_force) - self.closed_ids

    def forget_links(self) -> None:
        """Ask the database anew for whom they act."""
        for name in ("links_in_force", "closed_ids", "provider_ids"):
            self.__dict__.pop(name, None)

    @cached_property
    def verified_emails(self) -> frozenset[str]:
        """Their addresses that were proven by a code or by the service they signed in with."""
        rows = EmailAddress.objects.filter(user_id=self.pk, verified=True)
        return frozenset(email.casefold() for email in rows.values_list("email", flat=True))

    @cached_property
    def orcid(self) -> str:
        """Their authenticated ORCID iD, or an empty text."""
        return (
            SocialAccount.objects.filter(user_id=self.pk, provider="orcid").values_list("uid", flat=True).first() or ""
        )


class ProviderLinkQuerySet(models.QuerySet["ProviderLink"]):
    """Questions about who acts for which provider."""

    def in_force(self) -> ProviderLinkQuerySet:
        """Links that give the right now.

        A link by e-mail or ORCID holds only while that address is verified (that ORCID authenticated) and
        is still the provider's; a page that no longer names the provider, or names it otherwise, ends it.
        """
        mail = EmailAddress.objects.filter(user=OuterRef("user"), verified=True, email__iexact=OuterRef("evidence"))
        orcid = SocialAccount.objects.filter(user=OuterRef("user"), provider="orcid", uid=OuterRef("evidence"))
        return (
            self.filter(ended_at=None, user__is_active=True)
            .annotate(address=Concat(models.Value("https://orcid.org/"), "evidence", output_field=models.CharField()))
            .filter(
                Q(via=ProviderLink.Via.INVITATION)
                | Q(Exists(mail), via=ProviderLink.Via.EMAIL, provider__email=F("evidence"))
                | Q(Exists(orcid), via=ProviderLink.Via.ORCID, provider__identifier=F("address"))
            )
        )


class ProviderLinkManager(models.Manager["ProviderLink"]):
    """Where those questions begin. What nearly every page and verb asks is written once."""

    def get_queryset(self) -> ProviderLinkQuerySet:
        """All links."""
        return ProviderLinkQuerySet(self.model, using=self._db)

    @cached_property
    def _in_force(self) -> ProviderLinkQuerySet:
        return self.get_queryset().in_force()

    def in_force(self) -> ProviderLinkQuerySet:
        """As the QuerySet has it; to write that anew takes Django as long as to ask it."""
        return self._in_force.all()


class ProviderLink(models.Model):
    """That a user acts for a provider: since when, on what ground, and who ended it.

    A link that a person ended is not made again by the next sign-in; only a new invitation does.
    """

    class Via(models.TextChoices):
        """The ground."""

        INVITATION = "invitation", _("invitation")
        EMAIL = "email", _("verified e-mail of the register")
        ORCID = "orcid", _("authenticated ORCID of the register")

    user = models.ForeignKey(User, models.PROTECT, related_name="provider_links", verbose_name=_("user"))
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="links", verbose_name=_("provider"))
    via = models.CharField(_("ground"), max_length=20, choices=Via)
    evidence = models.CharField(_("address or ORCID"), max_length=254, blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    objects = ProviderLinkManager()

    class Meta:
        verbose_name = _("who acts for a provider")
        verbose_name_plural = _("who acts for which provider")
        ordering = ("provider", "since")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "provider"), condition=Q(ended_at=None), name="one_open_link_per_user_and_provider"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.provider}"


class Invitation(models.Model):
    """A link, sent to a provider's address, by which its reader becomes a user who acts for the provider.

    Only the SHA-256 of the token is kept. It works once, for whoever reads that address, until it expires.
    """

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="invitations", verbose_name=_("provider"))
    email = models.EmailField(_("sent to"), max_length=254)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("works until"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    used_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("used by")
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.provider} · {self.email}"

    @property
    def is_open(self) -> bool:
        """Whether it still works."""
        return self.used_at is None and self.expires_at > timezone.now()
