"""`python tests/pictures_kit.py` renews docs/pictures: pages of the demo centre as a browser shows them.

Needs Chromium. The pictures are for reading, not for comparing: no test looks at them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
WANTED = {  # name: page of the site, width, height
    "site_overview": ("index.html", 1200, 1900),
    "site_agents": ("agents/index.html", 1200, 1050),
    "site_agent": ("agents/a07.html", 1200, 1900),
    "site_policy": ("policies/voice-de-*.html", 1200, 900),
    "site_contact": ("contacts/acd-*.html", 1200, 1000),
}


def callqa(*words: str) -> None:
    subprocess.run([Path(sys.executable).with_name("callqa"), *words], check=True)


def shoot(page: Path, name: str, width: int, height: int) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    size, target = f"--window-size={width},{height}", f"--screenshot={PICTURES / name}.png"
    words = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", size, target, page.as_uri()]
    subprocess.run(words, check=True, capture_output=True)


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        centre = Path(scratch) / "demo"
        callqa("demo", str(centre), "--days", "28")
        callqa("nightly", "-w", str(centre), "--date", "2026-03-31")
        callqa("site", "build", "-w", str(centre))
        sheet = centre / "sheet.html"
        callqa("export", "coaching", "-w", str(centre), "--agent", "a07", "--format", "html", "-o", str(sheet))
        shoot(sheet, "talk_sheet", 900, 1500)
        for name, (pattern, width, height) in WANTED.items():
            shoot(sorted((centre / "data" / "site").glob(pattern))[0], name, width, height)
