"""The entrance for web servers."""

import os

from django.core.wsgi import get_wsgi_application

from aidahub.serving import with_whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aidahub.settings")

application = with_whole_bodies(get_wsgi_application())
