"""Django's settings. What differs between machines comes from the environment, see `variables.py`."""

from __future__ import annotations

from urllib.parse import urlsplit

import django_stubs_ext
from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from aidahub.accounts.sign_in import forms_for, services_in
from aidahub.environment import LOOPBACK, ROOT, Environment
from aidahub.logs import logging_config

django_stubs_ext.monkeypatch()
env = Environment().check()

# Where and as what this runs
BASE_URL = env.address("BASE_URL")
DEMO = env.demo()
SECOND_FACTOR = env.second_factor()
DEBUG = False
VAR_DIR = env.folder("VAR_DIR")
SECRET_KEY = env.secret_key(VAR_DIR)
HTTPS = BASE_URL.startswith("https://")
HOST = urlsplit(BASE_URL).hostname or ""
ALLOWED_HOSTS = [HOST, *(["127.0.0.1", "localhost", "[::1]"] if HOST in LOOPBACK else [])]
ROOT_URLCONF = "aidahub.urls"
WSGI_APPLICATION = "aidahub.wsgi.application"

# The hub
HUB_NAME = env.text("HUB_NAME")
HUB_EMAIL = env.text("HUB_EMAIL")
CONTROLLER_NAME = env.text("CONTROLLER_NAME")
CONTROLLER_ADDRESS = env.text("CONTROLLER_ADDRESS")
DPO_EMAIL = env.text("DPO_EMAIL")
ACCESSIBILITY_DATE = env.day("ACCESSIBILITY_DATE")
DOI_PREFIX = env.text("DOI_PREFIX")
REGISTER_URL = env.address("REGISTER_URL")
REFERENCE_PREFIX = env.text("REFERENCE_PREFIX")

INSTALLED_APPS = [
    "aidahub.accounts",
    "aidahub.outbox",
    "aidahub.watching",
    "aidahub.pages",
    "aidahub.demo",
    "aidahub.backup",
    "datasets",
    "access_requests",
    "aidahub.admin_site.AidaAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",  # its templates, so that ours can take their place
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "bootstrap",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_countries",
]

MIDDLEWARE = [
    "aidahub.headers.EveryAnswer",  # these three first: no answer of another one escapes them
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "aidahub.health.HealthChecks",  # before the host is looked at: a probe knows neither the site's name nor its scheme
    "aidahub.watching.answers.AnswerLog",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "aidahub.accounts.middleware.PersonalPages",
    "aidahub.accounts.middleware.LanguageOfUser",
    "aidahub.accounts.middleware.ServiceAway",
    "aidahub.pages.errors.AddressesWithoutNul",
    "django.contrib.messages.middleware.MessageMiddleware",
    "aidahub.accounts.middleware.SignedOut",
    "allauth.account.middleware.AccountMiddleware",
    "aidahub.accounts.sessions.LastSeen",
    "aidahub.accounts.again.Waiting",
    "aidahub.accounts.locks.Locks",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["bootstrap5"]
CRISPY_TEMPLATE_PACK = "bootstrap5"

# The database, and in it sessions and the cache
DATABASES = {"default": env.database(VAR_DIR)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a transaction that read first and wrote later could not wait for its turn
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Pages ask long questions about few rows: to compile one takes PostgreSQL seconds, to answer it milliseconds. It
    # must look at all tables of a question together, or it reads all rows before it comes to which few are wanted.
    planner = "-c jit=off -c join_collapse_limit=12 -c from_collapse_limit=12"
    postgres = DATABASES["default"].setdefault("OPTIONS", {})
    postgres["options"] = f"{planner} {postgres.get('options', '')}".strip()
    postgres.setdefault("connect_timeout", 10)
DATABASES["default"]["CONN_MAX_AGE"] = 60  # to open one, SQLite's too, takes longer than to answer most pages
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds without a click after which a sign-in ends
SESSION_LONGEST = 30 * 24 * 3600  # seconds after which it ends however much it is used
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # The default of 300 entries would throw away the counts that limit sign-in attempts.
        "OPTIONS": {"MAX_ENTRIES": 1_000_000, "CULL_FREQUENCY": 10},
    },
}

# People and how they sign in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "aidahub.accounts.passwords.NotOfThisSite"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
CODE_MINUTES = 30  # mail servers may hold back the first mail of a sender they do not know for a quarter of an hour
ACCOUNT_ADAPTER = "aidahub.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = forms_for("account")
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 10
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = CODE_MINUTES * 60
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = CODE_MINUTES * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_TIMEOUT = 2 * CODE_MINUTES * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = CODE_MINUTES * 60
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_SESSION_REMEMBER = True
# Counted in the shared cache: by client address (a university may have one for everybody) and by e-mail address.
ACCOUNT_RATE_LIMITS = {
    "signup": "20/m/ip,200/h/ip",
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key,30/d/key",
    "request_login_code": "20/m/ip,3/m/key,10/h/key",
    "reset_password": "20/m/ip,3/m/key,10/h/key",
    "reset_password_from_key": "20/m/ip",
    "confirm_email": "1/10s/key,10/h/key",
    "reauthenticate": "10/m/user",
    "mailed_code": "3/m/key,10/h/key",
    "mailed_code_try": "5/30m/key",
    "manage_email": "20/m/user",
    "change_password": "5/m/user",
    "my_data": "5/h/user",
    "erase": "10/h/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(env.number("TRUSTED_PROXY_COUNT"))
MFA_ADAPTER = "aidahub.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = forms_for("mfa")
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = HUB_NAME
MFA_TOTP_TOLERANCE = 1  # telephones whose clock is half a minute off
USERSESSIONS_ADAPTER = "aidahub.accounts.sessions.SessionsAdapter"
INVITATION_DAYS = int(env.number("INVITATION_DAYS"))
SIGN_IN_SERVICES = services_in(env)
SOCIALACCOUNT_ADAPTER = "aidahub.accounts.adapters.ServiceAdapter"
SOCIALACCOUNT_FORMS = forms_for("socialaccount")
SOCIALACCOUNT_EMAIL_VERIFICATION = "mandatory"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [service.app for service in SIGN_IN_SERVICES]}}

# Mail: all of it goes through the outbox, which sends by the second backend
EMAIL_BACKEND = "aidahub.outbox.backend.OutboxBackend"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM")
OUTBOX_TICK = env.number("OUTBOX_TICK")
OUTBOX_EMAIL_BACKEND = None
OUTBOX_LEASE: float = 120  # seconds a sender may hold a mail; sending is cut off after half of them
OUTBOX_RETRY: float = 10  # seconds until the second try; the waits after that are multiples of it
EMAIL_TIMEOUT: float = 20
if mail_server := env.mail_server():
    OUTBOX_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = mail_server["EMAIL_HOST"]
    EMAIL_PORT = mail_server["EMAIL_PORT"] or 25
    EMAIL_HOST_USER = mail_server["EMAIL_HOST_USER"] or ""
    EMAIL_HOST_PASSWORD = mail_server["EMAIL_HOST_PASSWORD"] or ""
    EMAIL_USE_TLS = mail_server.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = mail_server.get("EMAIL_USE_SSL", False)

# When whoever has the turn is reminded, and when hub staff hear of it, in working days
REMIND_AFTER = int(env.number("REMIND_AFTER"))
ESCALATE_AFTER = int(env.number("ESCALATE_AFTER"))
CLOSE_AFTER = int(env.number("CLOSE_AFTER"))
DRAFT_DAYS = int(env.number("DRAFT_DAYS"))
REOPEN_DAYS = int(env.number("REOPEN_DAYS"))
PROMISED_DAYS = int(env.number("PROMISED_DAYS"))
FILE_MAX_MB = int(env.number("FILE_MAX_MB"))
REQUEST_FILES_MAX = int(env.number("REQUEST_FILES_MAX"))
REQUEST_FILES_MAX_MB = int(env.number("REQUEST_FILES_MAX_MB"))

# How long what is kept about people stays (`aidahub.pages.retention`)
MAIL_DAYS = int(env.number("MAIL_DAYS"))
FLAG_DAYS = int(env.number("FLAG_DAYS"))
HISTORY_DAYS = int(env.number("HISTORY_DAYS"))
NEW_ACCOUNT_DAYS = int(env.number("NEW_ACCOUNT_DAYS"))
ACCOUNT_MONTHS = int(env.number("ACCOUNT_MONTHS"))
BACKUP_DAYS = int(env.number("BACKUP_DAYS"))

# Those who watch over the site
METRICS_TOKEN = env.text("METRICS_TOKEN")
DISK_LEAST_MB = env.number("DISK_LEAST_MB")
SIGN_OF_LIFE = 30.0  # seconds between two signs of life of clock and worker

# Background work
HOURLY = {"expires": 3000}
CELERY_BROKER_URL = env.text("BROKER_URL") or f"redis+socket://{VAR_DIR / 'valkey.sock'}"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = env.one_of("TIME_ZONE")
CELERY_BEAT_SCHEDULE = {
    # Every hour, since each reminder is written once: a machine that is off at seven does not miss the day.
    "remind": {"task": "access_requests.remind", "schedule": crontab(minute="5", hour="7-16"), "options": HOURLY},
    "warn": {"task": "access_requests.warn", "schedule": crontab(minute="10", hour="7-16"), "options": HOURLY},
    "end-access": {"task": "access_requests.end_access", "schedule": crontab(minute="15"), "options": HOURLY},
    "follow-licenses": {
        "task": "access_requests.follow_licenses",
        "schedule": crontab(minute="20"),
        "options": HOURLY,
    },
    "hand-over": {"task": "access_requests.hand_over", "schedule": crontab(minute="25"), "options": HOURLY},
    "measure": {"task": "access_requests.measure", "schedule": crontab(minute="45"), "options": HOURLY},
    "keep-checkpoint": {"task": "access_requests.checkpoint", "schedule": crontab(minute="35"), "options": HOURLY},
    "sweep-files": {
        "task": "access_requests.sweep_files",
        "schedule": crontab(minute="15", hour="3"),
        "options": HOURLY,
    },
    "forget": {"task": "pages.forget", "schedule": crontab(minute="40", hour="2"), "options": HOURLY},
    "render-pages": {"task": "datasets.render_pages", "schedule": 60.0, "options": {"expires": 60}},
    "deliver-mail": {
        "task": "outbox.deliver",
        "schedule": OUTBOX_TICK,
        # A tick that was not taken before the next ones came is of no use any more.
        "options": {"expires": max(OUTBOX_TICK * 2, 10)},
    },
    "leave-sign": {
        "task": "watching.leave_sign",
        "schedule": SIGN_OF_LIFE,
        "options": {"expires": 2 * SIGN_OF_LIFE},
    },
}
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 10, "socket_connect_timeout": 5, "visibility_timeout": 3600}

# Languages and time
LANGUAGE_CODE = env.one_of("LANGUAGE")
LANGUAGES = [("en", _("English")), ("sv", _("Swedish"))]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = env.one_of("TIME_ZONE")
USE_TZ = True

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [ROOT / "static"] if (ROOT / "static").is_dir() else []
MEDIA_ROOT = VAR_DIR / "media"  # nothing of the site writes there
FILES_DIR = env.files_folder(VAR_DIR, [STATIC_ROOT, MEDIA_ROOT, *STATICFILES_DIRS])
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "access_requests.attachments.storage.PrivateStorage",
        "OPTIONS": {"location": FILES_DIR},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# Files are dropped as they come, so that they fill no disk, but on pages that take them, from people who signed in.
FILE_UPLOAD_HANDLERS = ["access_requests.attachments.uploads.ForPagesThatTakeFiles"]

# What a browser may do here
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-src": ["'none'"],
        "worker-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        # A sign-in form leads on to the service that was chosen, and browsers hold that hop against this list.
        "form-action": ["'self'", *(service.origin for service in SIGN_IN_SERVICES)],
    },
}
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
MESSAGES_COOKIE_NAME = "__Host-messages" if HTTPS else "messages"
MESSAGE_STORAGE = "aidahub.sentences.Sentences"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "aidahub.pages.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^prometheus$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
WHITENOISE_ALLOW_ALL_ORIGINS = False  # style sheets and scripts are for this site's own pages
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # aidahub.headers.EveryAnswer says it on more answers than Django's middleware would
    "security.W005",  # whether the other names under this domain are https is for their owners to say: HSTS_SUBDOMAINS
    "security.W021",  # and so is the browsers' preload list
]

LOGGING = logging_config(env.one_of("LOG_LEVEL"))
