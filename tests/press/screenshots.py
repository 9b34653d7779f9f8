"""`make screenshots`: the pages of the reading room over the demo's warehouse, as pictures for the
documents: on a desk in the light and in the dark scheme, and on a phone.
"""

import sys
from collections.abc import Iterator

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.helpers.browser import MISSING, PHONE, browser, darken, resize
from tests.helpers.paths import ROOT
from tests.helpers.reading_room import served
from tests.press.demo import DATA
from warehouse.directory import published
from warehouse.reader import Reader

PICTURES = ROOT / "docs" / "pictures"
DESK = (960, 580)
FORMS = {"light": (DESK, False), "dark": (DESK, True), "phone": (PHONE, False)}
RULE = "all_of:\n  - {name: pemimpin, any: [Putin, Kim Jong Un]}"


def main() -> None:
    if MISSING or not published(DATA).exists():
        sys.exit(f"screenshots: {MISSING or 'run make demo first'}")
    PICTURES.mkdir(exist_ok=True)
    with served(DATA) as room, browser() as driver:
        for name, address, place in pages():
            for form, (size, dark) in FORMS.items():
                resize(driver, size)
                darken(driver, dark)
                driver.get(room + address)
                (PICTURES / f"{name}-{form}.png").write_bytes(picture(driver, place))
    total = sum(path.stat().st_size for path in PICTURES.glob("*.png"))
    print(f"{PICTURES.relative_to(ROOT)}: {total / 1e6:.1f} MB")


def pages() -> Iterator[tuple[str, str, str]]:
    """The name of each picture, the address, and where on the page it begins: a CSS selector, ''
    for its top.
    """
    story = one("select story_id from alerts order by raised_at, alert_id limit 1")
    article = one(
        "select article_id from removed_text join topic_hits using (article_id) group by article_id"
        " order by count(distinct rule) desc, article_id limit 1"
    )
    alert = one("select alert_id from alerts order by raised_at, alert_id limit 1")
    topic = one("select topic_id from topics where active limit 1")
    yield "night", "/nights/2026-03-11", ""
    yield "search", "/search?q=kereta+gandum", ""
    yield "story", f"/stories/{story}", ""
    yield "compare", f"/stories/{story}", "#compare"
    yield "article", f"/articles/{article}", ""
    yield "cut", f"/articles/{article}", "#cut"
    yield "outlets", "/sources", ""
    yield "topic", f"/topics/{topic}", ""
    yield "try", f"/topics/{topic}/try?rule={RULE}".replace("\n", "%0A"), ""
    yield "alert", f"/alerts/{alert}", ""


def one(sql: str) -> str:
    """The one value of a statement."""
    return str(Reader(DATA).query(sql)[1][0][0])


def picture(driver: Chrome, place: str) -> bytes:
    """What is seen of the page, from a place on, with what is shown on demand there, as PNG."""
    if place:
        for summary in driver.find_elements(By.CSS_SELECTOR, f"{place} + details > summary"):
            summary.click()
        section = driver.find_element(By.CSS_SELECTOR, place)
        driver.execute_script("arguments[0].scrollIntoView()", section)
    return driver.get_screenshot_as_png()


if __name__ == "__main__":
    main()
