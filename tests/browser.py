"""A page in headless Chromium: what it asks for, says, and how wide it is."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_PATIENCE = 400  # seconds for axe-core, which looks at every cell of every table
_WIDER = """
const most = document.documentElement.clientWidth;
return [...document.querySelectorAll('body *')].filter(one => {
  if (one.closest('svg') && one.tagName !== 'svg') return false;
  for (let at = one.parentElement; at; at = at.parentElement)
    if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(at).overflowX)) return false;
  return one.getBoundingClientRect().right > most + 1;
}).map(one => one.tagName + ' ' + one.textContent.trim().slice(0, 60));
"""
_DEAD_LINKS = """
return [...document.querySelectorAll('a[href]')].map(one => one.getAttribute('href'))
  .filter(to => !to.startsWith('#') || !document.getElementById(decodeURIComponent(to.slice(1))));
"""


@dataclass
class Page:
    """A page that is open."""

    driver: Any
    asked: list[str]

    def outside(self) -> list[str]:
        """Addresses that were asked for and are not on this machine."""
        return [one for one in self.asked if not one.startswith(("file:", "data:", "about:"))]

    def printed(self) -> list[str]:
        """The words of each page of paper; the test is skipped without poppler."""
        if shutil.which("pdftotext") is None:
            pytest.skip("pdftotext is not installed")
        sent = self.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
        command = ["pdftotext", "-layout", "-", "-"]
        done = subprocess.run(
            command, input=base64.b64decode(sent["data"]), capture_output=True, check=True
        )
        return done.stdout.decode("utf-8").split("\f")[:-1]

    def errors(self) -> list[str]:
        """What the console says."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def wider(self) -> list[str]:
        """Elements that reach beyond the page, unless a box around them scrolls."""
        return list(self.driver.execute_script(_WIDER))

    def scroll_width(self) -> int:
        return int(self.driver.execute_script("return document.documentElement.scrollWidth"))

    def dead_links(self) -> list[str]:
        """Links that lead to no place on the page."""
        return list(self.driver.execute_script(_DEAD_LINKS))

    def faults(self, within: str = "html") -> list[str]:
        """Serious and critical findings of axe-core within what a selector names."""
        axe = pytest.importorskip("axe_selenium_python", reason="axe-core is not installed")
        self.driver.set_script_timeout(_PATIENCE)
        tool = axe.Axe(self.driver)
        tool.inject()
        found = tool.run(context={"include": [[within]]})["violations"]
        return [
            f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])})"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]


@contextmanager
def opened(path: Path, width: int = 1200, dark: bool = False) -> Iterator[Page]:
    """The page in a window of its own; the test is skipped where there is no browser."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    binary = next(filter(None, map(shutil.which, _BROWSERS)), None)
    service = shutil.which("chromedriver")
    if binary is None or service is None:
        pytest.skip("no Chromium with its driver is installed")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for one in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--window-size={width},900"):
        options.add_argument(one)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    from selenium.webdriver.chrome.service import Service

    driver = webdriver.Chrome(options=options, service=Service(service))
    try:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
        driver.get(path.as_uri())
        messages = [json.loads(one["message"])["message"] for one in driver.get_log("performance")]
        sent = [one for one in messages if one["method"] == "Network.requestWillBeSent"]
        yield Page(driver, [one["params"]["request"]["url"] for one in sent])
    finally:
        driver.quit()
