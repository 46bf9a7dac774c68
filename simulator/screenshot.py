"""A headless Chromium that opens the phone page, for tests and for the pictures of the docs.

Needs selenium, a development requirement, and the distribution's chromium and chromedriver.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

PHONE = (390, 844)
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--hide-scrollbars",
)


def open_browser(size: tuple[int, int] = PHONE) -> webdriver.Chrome:
    """A browser whose page area is exactly `size` CSS pixels; the caller quits it.

    Raises:
        FileNotFoundError: chromium or chromedriver is not installed.
    """
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        raise FileNotFoundError("install the packages chromium and chromium-driver")
    options = Options()
    options.binary_location = chromium
    for flag in _FLAGS:
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=Service(driver))
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    return browser


def take_picture(browser: webdriver.Chrome, path: Path) -> Path:
    """Save what the browser shows as PNG, at twice the CSS resolution."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not browser.save_screenshot(str(path)):
        raise OSError(f"no picture could be written to {path}")
    return path
