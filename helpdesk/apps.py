"""The log-in guard under a name that administrators understand."""

from axes.apps import AppConfig as AxesConfig
from django.utils.translation import gettext_lazy as _


class LogInsConfig(AxesConfig):
    verbose_name = _("Log-ins")
