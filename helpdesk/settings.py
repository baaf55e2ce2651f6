"""Every setting of the project: safe by default, read from the environment, refused by name when unreadable."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import dj_email_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from helpdesk import embedded_secrets, env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR") or BASE_DIR / "var")

# --- Which of the two ways to run: both URLs, or neither (docs/decisions/two-ways-to-run.md). ---
DATABASE_URL = env.text("DATABASE_URL")
REDIS_URL = env.text("REDIS_URL")
if bool(DATABASE_URL) != bool(REDIS_URL):
    raise ImproperlyConfigured(
        "DATABASE_URL and REDIS_URL go together: set both (full) or neither (embedded)."
    )
EMBEDDED = not DATABASE_URL

if EMBEDDED:
    _secrets = embedded_secrets.load_or_make(DATA_DIR)
    SECRET_KEY = env.text("SECRET_KEY") or _secrets["SECRET_KEY"]
    SEAL_KEYS = env.words("SEAL_KEYS") or _secrets["SEAL_KEYS"].split()
    PHONE_HASH_KEY = env.text("PHONE_HASH_KEY") or _secrets["PHONE_HASH_KEY"]
else:
    SECRET_KEY = env.required("SECRET_KEY", "it signs sessions; 50 random characters")
    SEAL_KEYS = (
        env.required("SEAL_KEYS", "it seals phone numbers and posts; Fernet keys, newest first")
        .replace(",", " ")
        .split()
    )
    PHONE_HASH_KEY = env.required(
        "PHONE_HASH_KEY", "the search by phone number needs it; 32 random characters"
    )
if len(SECRET_KEY) < 32 or len(PHONE_HASH_KEY) < 16:
    raise ImproperlyConfigured("SECRET_KEY needs 32 characters and PHONE_HASH_KEY 16 at the least.")

DEBUG = False
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("127.0.0.1", "localhost", "[::1]") if EMBEDDED else ())
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts that this installation answers to.")
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name hosts; '*' is not accepted.")

# --- X (docs/x.md says which keys to make and what each call costs). ---
X_API_BASE = env.text("X_API_BASE")
if X_API_BASE and urlsplit(X_API_BASE).scheme not in {"http", "https"}:
    raise ImproperlyConfigured(
        f"X_API_BASE is {X_API_BASE!r}, expected https://host or http://127.0.0.1:port."
    )
if X_API_BASE.startswith("http://") and urlsplit(X_API_BASE).hostname not in {
    "127.0.0.1",
    "localhost",
    "::1",
}:
    raise ImproperlyConfigured("X_API_BASE: plain http would show the keys; it is for this machine alone.")
X_USER_ID = env.text("X_USER_ID")
if X_USER_ID and not X_USER_ID.isdecimal():
    raise ImproperlyConfigured(f"X_USER_ID is {X_USER_ID!r}, expected the handle's numeric id.")
X_HANDLE = env.text("X_HANDLE", "RajHelpDesk").lstrip("@")
X_API_KEY = env.text("X_API_KEY")
X_API_SECRET = env.text("X_API_SECRET")
X_ACCESS_TOKEN = env.text("X_ACCESS_TOKEN")
X_ACCESS_SECRET = env.text("X_ACCESS_SECRET")
X_BEARER_TOKEN = env.text("X_BEARER_TOKEN")
_oauth1 = [X_API_KEY, X_API_SECRET, X_ACCESS_TOKEN, X_ACCESS_SECRET]
if any(_oauth1) and not all(_oauth1):
    raise ImproperlyConfigured(
        "X_API_KEY, X_API_SECRET, X_ACCESS_TOKEN and X_ACCESS_SECRET go together: set all four."
    )
HAS_X_KEYS = all(_oauth1) or bool(X_BEARER_TOKEN)
if HAS_X_KEYS and not X_USER_ID:
    raise ImproperlyConfigured("X_USER_ID must be set beside the X keys: the numeric id of the help handle.")
# Where a deployment's own policy differs from requests_app/policy.toml.
POLICY_FILE = env.text("POLICY_FILE")
# A demo plays posts that were made up: the numbers in them may be anybody's, so nothing is dialled.
DEMO = env.flag("DEMO", EMBEDDED and not HAS_X_KEYS)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "helpdesk.apps.LogInsConfig",
    "csp",
    "districts",
    "requests_app",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "helpdesk.middleware.LoginUnlessSaidMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "helpdesk.middleware.PrivateByDefaultMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "helpdesk.urls"
WSGI_APPLICATION = "helpdesk.wsgi.application"
AUTH_USER_MODEL = "districts.Volunteer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

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
                "django.template.context_processors.i18n",
                "requests_app.context.shell",
            ],
        },
    },
]

# --- Database ---
if EMBEDDED:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "helpdesk.sqlite3",
            # WAL alone loses writes to "database is locked"; IMMEDIATE queues the writers (docs/decisions/two-ways-to-run.md).
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
        }
    }
else:
    try:
        DATABASES = {
            "default": dict(dj_database_url.parse(DATABASE_URL, conn_max_age=None, conn_health_checks=True))
        }
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}") from error
    if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must be a postgres:// address.")
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        # A server that went away is noticed within half a minute, not after the system's two hours.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        # A frozen process that holds the matcher's lock must not hold up every page and worker with it.
        "options": "-c lock_timeout=8s -c idle_in_transaction_session_timeout=30s",
        **dict(DATABASES["default"].get("OPTIONS") or {}),  # type: ignore[call-overload]
    }
    if urlsplit(REDIS_URL).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured("REDIS_URL must be a redis:// address.")

# --- Celery: wake-up messages only; every setting is explained in docs/decisions/celery-only-wakes.md. ---
CELERY_BROKER_URL = "memory://localhost/" if EMBEDDED else REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"polling_interval": 0.01}
    if EMBEDDED
    else {
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "visibility_timeout": 120,
        "max_retries": 1,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 2
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SOFT_TIME_LIMIT = 20
CELERY_TASK_TIME_LIMIT = 30
CELERY_TIMEZONE = "UTC"
CELERY_DB_REUSE_MAX = 1000

# --- Who comes in ---
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Hundreds of volunteers share one address in a relief camp, so an address alone locks nobody out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "username"]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 1
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "locked_out.html"
AXES_VERBOSE = False
NUM_PROXIES = env.number("NUM_PROXIES", 0 if EMBEDDED else 1)
AXES_CLIENT_IP_CALLABLE = "requests_app.caller.caller_address"

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# --- Browser walls. Embedded serves a laptop over plain HTTP on loopback; full stands behind a TLS proxy. ---
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not EMBEDDED
SECURE_SSL_REDIRECT = not EMBEDDED
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = None if EMBEDDED else ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if EMBEDDED else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not EMBEDDED
# Not "no-referrer": under it browsers post forms with `Origin: null`, which the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- E-mail to volunteers on duty, where there is a mail server ---
_mail: dict[str, Any] = env.parsed("EMAIL_URL", {}, dj_email_url.parse, "smtp+tls://user:password@host:587")
HAS_MAIL = bool(_mail)
EMAIL_BACKEND = _mail.get("EMAIL_BACKEND") or "django.core.mail.backends.dummy.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _mail.get("EMAIL_HOST", ""), _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
EMAIL_FROM = env.text("EMAIL_FROM")
if HAS_MAIL and not EMAIL_FROM:
    raise ImproperlyConfigured("EMAIL_FROM must be set beside EMAIL_URL: the address that notices come from.")
SITE_URL = env.text("SITE_URL").rstrip("/")
if SITE_URL and urlsplit(SITE_URL).scheme not in {"http", "https"}:
    raise ImproperlyConfigured(f"SITE_URL is {SITE_URL!r}, expected https://help.example.org.")

# --- Words, time, files ---
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("hi", _("Hindi"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "helpdesk.formats"
TIME_ZONE = "Asia/Kolkata"
USE_TZ = True
USE_I18N = True
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.text("STATIC_ROOT") or DATA_DIR / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["requests_app.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["requests_app.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "requests_app.api.pagination.NewestFirst",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "requests_app.api.errors.problem",
    "NUM_PROXIES": NUM_PROXIES,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Helpdesk API",
    "DESCRIPTION": "Post a plea for help and follow what becomes of it. Phone numbers are never returned.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "ENUM_NAME_OVERRIDES": {"NeedKind": "districts.needs.NeedKind"},
}

# --- What is written down: no personal data (requests_app logs keys and states only). ---
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO").upper()},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        "axes": {"level": "ERROR"},
    },
}
if LOGGING["root"]["level"] not in {"DEBUG", "INFO", "WARNING", "ERROR"}:  # type: ignore[index]
    raise ImproperlyConfigured("LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
