"""The admin as this site has it: its front page is a desk, and it never tells of what one may not see."""

from django.contrib.admin.apps import AdminConfig


class AidaAdminConfig(AdminConfig):
    """Takes the place of `django.contrib.admin` among the installed apps."""

    default_site = "aidahub.admin_site.site.AidaAdminSite"
