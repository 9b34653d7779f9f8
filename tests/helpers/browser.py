"""A real browser, without a window: Debian's Chromium, driven by its own chromedriver."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

PHONE, DESK = (390, 844), (1200, 900)  # width and height in CSS pixels

_SWITCHES = (
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers have little of it
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--no-first-run",
)


def found(*names: str) -> str | None:
    """The first of these programs that is installed."""
    return next((path for name in names if (path := shutil.which(name))), None)


CHROMIUM = found("chromium", "chromium-browser", "google-chrome")
DRIVER = found("chromedriver")
MISSING = None if CHROMIUM and DRIVER else "needs chromium and chromedriver (apt: chromium-driver)"


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """A browser in which no page can run a script."""
    options = Options()
    options.binary_location = str(CHROMIUM)
    for switch in _SWITCHES:
        options.add_argument(switch)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium's sandbox refuses to run as root
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        _forbid_scripts(driver, True)
        yield driver
    finally:
        driver.quit()


def _forbid_scripts(driver: webdriver.Chrome, forbidden: bool) -> None:
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": forbidden})


def resize(driver: webdriver.Chrome, size: tuple[int, int], scale: float = 1) -> None:
    """Give pages this size, as a phone has it or a desk."""
    width, height = size
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {
            "width": width,
            "height": height,
            "deviceScaleFactor": scale,
            "mobile": size == PHONE,
        },
    )


def darken(driver: webdriver.Chrome, dark: bool) -> None:
    """Show pages in the dark scheme, or in the light one."""
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


@cache
def _axe() -> str:
    return (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")


def violations(driver: webdriver.Chrome) -> list[dict[str, Any]]:
    """What axe-core finds wrong with the page that is shown."""
    _forbid_scripts(driver, False)  # axe waits with timers, which are scripts of the page
    driver.execute_script(_axe())
    found: dict[str, Any] = driver.execute_async_script(
        "axe.run(document, {resultTypes: ['violations']}).then(arguments[0])"
    )
    _forbid_scripts(driver, True)
    violations: list[dict[str, Any]] = found["violations"]
    return violations
