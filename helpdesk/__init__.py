"""Wiring only: settings, urls, Celery and the WSGI application."""

from helpdesk.celery import app as celery_app

__all__ = ["celery_app"]
