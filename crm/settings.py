"""All settings but the apps; every value that may differ between machines comes from the environment."""

import os
from pathlib import Path

import dj_database_url
import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crm import environment as env
from crm.embedded import locations
from crm.installed import APPS

# Lets classes such as admin.ModelAdmin carry a type parameter at run time too.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# Everything the product writes lives here: embedded servers, uploads, exports, the secret key.
VAR = Path(env.text("VAR", str(BASE_DIR / "var"))).resolve()

DEBUG = env.flag("DEBUG", default=False)
# A production start names its own database and host and must bring its own secret.
PRODUCTION = env.flag("PRODUCTION", default=bool(env.text("DATABASE_URL")))
SECRET_KEY = env.secret_key(VAR, production=PRODUCTION)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or ([] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "Set ALLOWED_HOSTS to the host names people type, for example crm.example.com."
    )
HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000)
# One for each core: an interpreter uses one.
WEB_PROCESSES = env.number("WEB_PROCESSES", min(4, os.cpu_count() or 1))
if not PRODUCTION and HOST not in ("127.0.0.1", "0.0.0.0", "::"):  # noqa: S104
    ALLOWED_HOSTS.append(HOST)
# Mail and links to the outside carry this address, never the Host header of a request.
PUBLIC_URL = env.text("PUBLIC_URL", f"http://{HOST}:{PORT}").rstrip("/")

INSTALLED_APPS = APPS

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "crm.api.middleware.api_answers",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "crm.accounts.middleware.note_session",
    "crm.accounts.middleware.in_own_time",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "crm.accounts.middleware.require_second_factor",
    "customers.merging.redirecting.follow",
    "crm.lib.middleware.RefusalMiddleware",
    "crm.lib.middleware.private_pages",
    "crm.lib.middleware.remember",
]

ROOT_URLCONF = "crm.urls"
ASGI_APPLICATION = "crm.asgi.application"
WSGI_APPLICATION = "crm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.desk.navigation.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "crm.lib.templatetags.ui",
                "template_partials.templatetags.partials",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DATABASE_URL = env.text("DATABASE_URL") or locations.database_url(VAR)
DATABASES = {
    "default": dj_database_url.parse(DATABASE_URL, conn_max_age=600, conn_health_checks=True)
    | {"ATOMIC_REQUESTS": False}
}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must point to PostgreSQL: postgres://user:password@host/name.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL") or locations.redis_url(VAR)
# Celery's unix socket form is redis+socket://, that of everybody else is unix://.
REDIS_CLIENT_URL = locations.cache_url(REDIS_URL)
CACHES = {
    "default": {
        "BACKEND": "crm.lib.caching.SharedRedisCache",
        "LOCATION": REDIS_CLIENT_URL,
        "KEY_PREFIX": "crm",
        "TIMEOUT": 300,
    },
    # Drawn parts of the frame of every page stay in the process: fetching them would take as long as drawing.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "template_fragments",
        "OPTIONS": {"MAX_ENTRIES": 1000},
    },
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "crm.accounts.backends.SignedIn",
    "crm.accounts.backends.RolePermissions",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "crm.accounts.adapters.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "5/5m/key,30/m/ip",
    "reset_password": "5/h/ip,3/h/key",
}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Never the Host header, which whoever asks for a new password can write.
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "CRM"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# Staff without a second factor are sent to set one up; the demo leaves this off.
MFA_REQUIRED = env.flag("MFA_REQUIRED", default=PRODUCTION)
# Noting every click would cost each page two queries.
USERSESSIONS_TRACK_ACTIVITY = False

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
HTTPS = env.flag("HTTPS", default=PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_SSL_REDIRECT = env.flag("SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# How many reverse proxies of ours stand in front and may speak for the client's address.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
CSRF_FAILURE_VIEW = "crm.desk.errors.csrf_failed"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.text("TIME_ZONE", "Asia/Shanghai")
USE_TZ = True
# Amounts in files without a currency column are in this one.
DEFAULT_CURRENCY = env.text("DEFAULT_CURRENCY", "CNY")
# Phone numbers without a country code are read as numbers of this region.
DEFAULT_REGION = env.text("DEFAULT_REGION", "CN")
COMPANY_NAME = env.text("COMPANY_NAME", "澜山生活")
# The company's own phones (as +86…), e-mail addresses and tax numbers, which are typed where a customer's
# is missing: two customers with the same one are not taken for one.
OWN_HANDLES = env.words("OWN_HANDLES")

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Pages only ever name the hashed copies; compressing the others as well doubles the first start.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "br", "woff2", "map"]
# Uploads are never served by URL: a view checks who asks and streams the file.
MEDIA_ROOT = VAR / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# A file kept with a customer may be so large.
ATTACHMENT_MAX_BYTES = env.number("ATTACHMENT_MAX_MB", 25) * 1024 * 1024
# What a provider may send us at once.
INBOUND_MAX_BYTES = env.number("INBOUND_MAX_MB", 5) * 1024 * 1024
# So many days what they sent is kept word for word, to be looked at when something went wrong.
INBOUND_KEEP_DAYS = env.number("INBOUND_KEEP_DAYS", 90)
# An import file larger than this is refused before it is read.
IMPORT_MAX_BYTES = env.number("IMPORT_MAX_MB", 1024) * 1024 * 1024
# So many days an import's file is kept, and so long it can be reverted.
IMPORT_KEEP_DAYS = env.number("IMPORT_KEEP_DAYS", 30)
# Matching the whole base happens in a process of its own: in this folder, with so much memory before it
# spills to disk there, and on so many cores (0: half of them). Every night, or when somebody asks.
MATCHING_FOLDER = Path(env.text("MATCHING_FOLDER", str(VAR / "matching")))
MATCHING_MEMORY = env.text("MATCHING_MEMORY", "2GB")
MATCHING_THREADS = env.number("MATCHING_THREADS", 0)
MATCHING_NIGHTLY = env.flag("MATCHING_NIGHTLY", default=False)
# Where files for scheduled imports are put; each schedule has a folder of its own in it.
IMPORT_INBOX = Path(env.text("IMPORT_INBOX", str(VAR / "inbox")))

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 300}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
# Work over many rows never stands in the way of what somebody waits for.
CELERY_TASK_ROUTES = {
    "scoring.*": {"queue": "bulk"},
    "quality.*": {"queue": "bulk"},
    "matching.run": {"queue": "bulk"},
    "matching.sweep_runs": {"queue": "bulk"},
    "segments.*": {"queue": "bulk"},
    # Sweeping must go on while the bulk worker is busy sending.
    "campaigns.sweep": {"queue": "default"},
    "campaigns.*": {"queue": "bulk"},
    "imports.read": {"queue": "interactive"},
    "imports.check": {"queue": "interactive"},
    "imports.run": {"queue": "bulk"},
    "bulk.run": {"queue": "bulk"},
    "exports.write": {"queue": "bulk"},
    "audiences.work": {"queue": "bulk"},
    "bulk.undo": {"queue": "bulk"},
    "imports.review": {"queue": "bulk"},
    "imports.revert": {"queue": "bulk"},
}
CELERY_TIMEZONE = TIME_ZONE
# The nightly and minute-by-minute work is listed in crm/celery.py.
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "crm@localhost")

# A customer gets at most so many marketing messages in so many days, over all campaigns; 0 means no limit.
CONTACT_CAP = env.number("CONTACT_CAP", 3)
CONTACT_CAP_DAYS = env.number("CONTACT_CAP_DAYS", 7)
# Within how many days requests under Chinese law are answered; the GDPR says a month itself.
PIPL_ANSWER_DAYS = env.number("PIPL_ANSWER_DAYS", 15)
# Whether a second person must approve before a customer is erased.
ERASURE_NEEDS_TWO = env.flag("ERASURE_NEEDS_TWO", default=PRODUCTION)
# Whether what customers correct on their own page is taken over without a colleague looking at it.
REFRESH_ACCEPTS_ITSELF = env.flag("REFRESH_ACCEPTS_ITSELF", default=False)
# How many customers a colleague may check in an hour and a day; within how many working days the owner
# answers a question; for how many days checks are kept.
INQUIRIES_AN_HOUR = env.number("INQUIRIES_AN_HOUR", 20)
INQUIRIES_A_DAY = env.number("INQUIRIES_A_DAY", 60)
INQUIRY_ANSWER_DAYS = env.number("INQUIRY_ANSWER_DAYS", 2)
INQUIRY_KEEP_DAYS = env.number("INQUIRY_KEEP_DAYS", 7)
# Which customers were erased, as numbers and hashes. Keep it where backups of the database do not reach.
ERASURE_JOURNAL = env.text("ERASURE_JOURNAL", str(VAR / "privacy" / "erasures.jsonl"))
# Between these hours nothing goes to customers on these kinds of channel; it waits for their morning.
QUIET_FROM = env.number("QUIET_FROM", 21)
QUIET_UNTIL = env.number("QUIET_UNTIL", 9)
QUIET_CHANNELS = env.words("QUIET_CHANNELS") or ["sms", "phone", "whatsapp"]
# Whether an article must be approved by somebody other than its author.
KNOWLEDGE_NEEDS_TWO = env.flag("KNOWLEDGE_NEEDS_TWO", default=True)
# How many connections one worker sends a campaign over at once.
SEND_CONNECTIONS = env.number("SEND_CONNECTIONS", 2)
# How many workers are sent to one campaign at once; more than one needs as many bulk workers.
SEND_WORKERS = env.number("SEND_WORKERS", 1)

# Whether webhooks may go to this machine and its network, over plain HTTP too: for trying them out only.
WEBHOOK_LOCAL_TARGETS = env.flag("WEBHOOK_LOCAL_TARGETS", default=False)
# How many rows one API token may read in a day.
API_ROWS_A_DAY = env.number("API_ROWS_A_DAY", 1_000_000)

# The local provider that plays the outside world in the demo and in tests.
SANDBOX_SMTP_PORT = env.number("SANDBOX_SMTP_PORT", 8025)
SANDBOX_HTTP_PORT = env.number("SANDBOX_HTTP_PORT", 8026)

IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_SKIP_ADMIN_LOG = True
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        # The sandbox's mail server would log every address.
        "mail.log": {"level": "ERROR"},
    },
}
