"""Settings for the tests: throw-away servers, quick hashes, tasks in place of a worker."""

import os
from pathlib import Path

from crm.embedded import throwaway

# Never the VAR of the shell, which may hold somebody's data. Test workers inherit the first process's folder.
os.environ["VAR"] = os.environ.setdefault("TEST_VAR", str(throwaway.folder()))
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 50)
os.environ.setdefault("PRODUCTION", "0")

from crm.settings import *  # noqa: F403
from crm.settings import CACHES, STORAGES, VAR

DEBUG = False
# Links name one address, whatever HOST and PORT the shell has.
PUBLIC_URL = "http://127.0.0.1:8000"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
MEDIA_ROOT = Path(VAR) / "files"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
CACHES = CACHES | {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Static files come straight from their folders: nothing is collected for a test.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
# One connection: a second thread would not see what a test has not committed.
SEND_CONNECTIONS = 1
