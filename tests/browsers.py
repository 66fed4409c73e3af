"""A real browser for the tests of pages: Debian's chromium without a window, driven by its own
driver.
"""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

__all__ = ["ABSENT", "Browser", "started"]

ABSENT = (
    None
    if shutil.which("chromium") and shutil.which("chromedriver")
    else ("chromium or chromedriver is not here (Debian: apt-get install chromium chromium-driver)")
)
"""Why there is no browser; None if there is one."""

_SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--disable-dev-shm-usage",
)


class Browser:
    """What the tests do with a browser.

    Attributes:
        driver: Selenium's driver, for all else.
    """

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver
        # A browser without a window may never have the focus, and then no page is told of one.
        self._command("Emulation.setFocusEmulationEnabled", enabled=True)

    def open(
        self,
        path: Path,
        part: str = "",
        *,
        width: int = 1200,
        height: int = 900,
        dark: bool = False,
        media: str = "screen",
        scripts: bool = True,
    ) -> None:
        """Open a file anew, `part` being what follows `#` in its address.

        Args:
            path: the page's file.
            part: without the `#`.
            width: of the view, in CSS pixels.
            height: of the view, in CSS pixels.
            dark: whether the reader prefers a dark scheme.
            media: "screen" or "print".
            scripts: whether JavaScript runs.
        """
        self._command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self._command(
            "Emulation.setEmulatedMedia",
            media=media,
            features=[
                {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                {"name": "prefers-reduced-motion", "value": "reduce"},
            ],
        )
        self._command("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.driver.get("about:blank")
        self.driver.get(path.as_uri() + (f"#{part}" if part else ""))
        self._wait()

    def follow(self, selector: str) -> None:
        """Click on a link to another page, and wait for that page."""
        self.run("document.left = true; document.querySelector(arguments[0]).click()", selector)
        self._wait()

    def _wait(self) -> None:
        """Wait until a page is there as a whole: on a busy machine the driver goes on while a large
        one is still being read.
        """
        WebDriverWait(self.driver, 60).until(
            lambda _: self.run("return !document.left && document.readyState === 'complete'")
        )

    def run(self, script: str, *arguments: Any) -> Any:
        """Run JavaScript in the page and return its result; `arguments` are in the array of that
        name.
        """
        return self.driver.execute_script(script, *arguments)

    def complaints(self) -> list[str]:
        """Return what the console says since it was last asked: errors, warnings, what the page's
        policy refused.
        """
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the view."""
        return self.run(
            "const page = document.documentElement; return page.scrollWidth - page.clientWidth"
        )

    def screenshot(self, path: Path) -> None:
        """Write a PNG of what is in view."""
        path.write_bytes(
            base64.b64decode(self._command("Page.captureScreenshot", format="png")["data"])
        )

    def _command(self, name: str, **parameters: Any) -> Any:
        return self.driver.execute_cdp_cmd(name, parameters)


@contextmanager
def started(profile: Path) -> Iterator[Browser]:
    """Start a browser with a fresh profile in a folder, and end it."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for switch in (*_SWITCHES, f"--user-data-dir={profile}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # With both programs named, Selenium looks for none and fetches none.
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        driver.set_page_load_timeout(60)
        yield Browser(driver)
    finally:
        driver.quit()
