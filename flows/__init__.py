"""Kliping: how a page becomes an article, a story, an alert. Read `nightly.py` first."""

from importlib.metadata import version

__version__ = version("kliping")
