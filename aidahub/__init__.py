"""AIDA Hub: the project. Its Celery application is loaded with it, so that tasks find their broker."""

from aidahub.celery import app as celery_app

__all__ = ["celery_app"]
