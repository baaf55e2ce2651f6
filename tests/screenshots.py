"""Makes screenshots of every page: `python -m tests.screenshots` fills a throw-away SQLite with sample posts and opens it.

Pictures go to artifacts/: each page at 390 and 1280 px, in English and Hindi. `--only queue,request` takes some of them.
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.world import CHROMIUM_ARGUMENTS, PAGES, ROOT, address, fill, opened, prepare, serve, start_django


def take(
    base: str,
    codes: dict[str, str],
    only: set[str],
    folder: Path,
    schemes: list[str],
    whole: bool,
    sizes: list[tuple[int, int]],
) -> None:
    """Log in and take the pictures."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_ARGUMENTS)
        for width, height in sizes:
            for language in ("en", "hi"):
                for scheme in schemes:
                    for name, (user, _where) in PAGES.items():
                        if only and name not in only:
                            continue
                        page = opened(
                            browser,
                            base,
                            user,
                            language,
                            viewport={"width": width, "height": height},
                            color_scheme=scheme,
                        )
                        answer = page.goto(base + address(codes, name))
                        if answer is None or answer.status != 200:
                            print(f"{name}: {answer and answer.status}")
                        wide = page.evaluate("document.documentElement.scrollWidth")
                        if wide > width:
                            print(f"{name} {language} {width}: scrolls sideways, {wide} px")
                        mark = "" if scheme == "light" else "-dark"
                        page.screenshot(path=folder / f"{name}-{width}-{language}{mark}.png", full_page=whole)
                        page.context.close()
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names of pages, with commas")
    parser.add_argument("--posts", type=int, default=120, help="how many sample posts")
    parser.add_argument("--dark", action="store_true", help="also in dark mode")
    parser.add_argument("--middle", action="store_true", help="also 768 px wide")
    parser.add_argument("--whole", action="store_true", help="the whole page, not only the first screen")
    options = parser.parse_args()
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="helpdesk-screenshots-") as data:
        start_django(Path(data))
        prepare()
        codes = fill(options.posts)
        only = set(filter(None, options.only.split(",")))
        sizes = [(390, 844), *([(768, 1024)] if options.middle else []), (1280, 900)]
        take(
            serve(),
            codes,
            only,
            folder,
            ["light", "dark"] if options.dark else ["light"],
            options.whole,
            sizes,
        )


if __name__ == "__main__":
    main()
