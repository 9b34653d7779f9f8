"""The reading room in a real Chromium, in which no script can run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from tests.helpers.browser import DESK, MISSING, PHONE, browser, darken, resize, violations
from tests.helpers.reading_room import copied, served

pytestmark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))

ADDRESSES = (
    "/",
    "/nights/2026-03-11",
    "/search",
    "/search?q=garam",
    "/search?q=after:x",
    "/stories/0001",
    "/articles/asli",
    "/articles/markah",
    "/sources",
    "/sources/pelita",
    "/topics",
    "/topics/garam",
    "/topics/garam/try?rule=all_of:%0A%20-%20%7Bname:%20g,%20any:%20[gula]%7D",
    "/topics/garam/try?rule=x",
    "/alerts?all=1",
    "/alerts/kabar1",
    "/nothing",
)


@pytest.fixture(scope="module")
def room(directory: Path) -> Iterator[str]:
    with served(directory) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chrome]:
    with browser() as driver:
        yield driver


@pytest.fixture
def page(chromium: Chrome) -> Chrome:
    """The browser as a desk has it."""
    resize(chromium, DESK)
    darken(chromium, False)
    return chromium


@contextmanager
def followed(page: Chrome) -> Iterator[None]:
    """What is done inside leads to another page; it stands, whole, when this ends."""
    left = page.find_element(By.TAG_NAME, "html")
    yield
    wait = WebDriverWait(page, 60)
    wait.until(staleness_of(left))
    wait.until(lambda _: page.execute_script("return document.readyState") == "complete")


def heading(page: Chrome) -> str:
    return page.find_element(By.TAG_NAME, "h1").text


def test_from_a_question_to_what_was_cut(page: Chrome, room: str) -> None:
    """An editor looks for words, opens the story and one of its articles, and sees on demand what
    was cut from it, and by which rule.
    """
    page.get(f"{room}/search")
    with followed(page):
        page.find_element(By.NAME, "q").send_keys("garam naik", Keys.ENTER)
    assert heading(page) == "Cari: garam naik"
    assert [mark.text for mark in page.find_elements(By.TAG_NAME, "mark")][:2] == ["garam", "naik"]
    with followed(page):
        page.find_element(By.PARTIAL_LINK_TEXT, "juga di").click()
    assert heading(page) == "Harga Garam Naik di Sayungan"
    differing = [
        each.text for each in page.find_elements(By.CSS_SELECTOR, ".sides del, .sides ins")
    ]
    assert {"dua", "tiga"} <= set(differing)
    with followed(page):
        page.find_element(By.CSS_SELECTOR, ".timeline .original .headline").click()
    assert [mark.text for mark in page.find_elements(By.CSS_SELECTOR, "h1 mark")] == ["Garam"]
    cut = page.find_element(By.CSS_SELECTOR, ".cuts")
    assert not cut.is_displayed()
    page.find_element(By.CSS_SELECTOR, "#cut + details summary").click()
    assert cut.is_displayed()
    assert "Baca juga: Garam Impor Tiba" in cut.text
    assert "related" in cut.text


@pytest.mark.parametrize("address", ADDRESSES)
def test_page_can_be_used_by_everybody(page: Chrome, room: str, address: str) -> None:
    """axe-core finds nothing wrong, on a desk in the light scheme and on a phone in the dark one,
    and no page is wider than the phone.
    """
    page.get(room + address)
    found = violations(page)
    resize(page, PHONE)
    darken(page, True)
    found += violations(page)
    assert [(each["id"], each["impact"], each["nodes"][0]["html"]) for each in found] == []
    width: int = page.execute_script("return document.documentElement.scrollWidth")
    assert width == PHONE[0]


def test_markup_in_a_headline(page: Chrome, room: str) -> None:
    """What looks like markup in an article is its text, and runs nothing."""
    page.get(f"{room}/articles/markah")
    assert heading(page) == "<script>document.title='jahat'</script><b>Tebal</b> & \"kutip\""
    assert page.title.endswith(" · Kliping")
    assert page.find_elements(By.CSS_SELECTOR, "h1 b, script, img") == []
    assert "<img src=x onerror=" in page.find_element(By.CSS_SELECTOR, ".text").text


def test_keyboard(page: Chrome, room: str) -> None:
    """The first key leads past the head of the page; then come the parts of the site, in order, and
    each shows where it is.
    """
    page.get(f"{room}/stories/0001")
    page.switch_to.active_element.send_keys(Keys.TAB)
    skip = page.switch_to.active_element
    assert skip.text == "Langsung ke isi"
    assert skip.rect["x"] >= 0
    order = []
    for _ in range(8):
        page.switch_to.active_element.send_keys(Keys.TAB)
        focused = page.switch_to.active_element
        order.append(focused.text)
        assert focused.value_of_css_property("outline-style") == "solid"
    assert order == [
        *("Kliping", "Malam ini", "Cari", "Media", "Topik", "Kabar"),
        *("Indonesia", "English"),
    ]
    with followed(page):
        page.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.find_element(By.TAG_NAME, "html").get_attribute("lang") == "en"
    page.get(f"{room}/stories/0001")
    page.switch_to.active_element.send_keys(Keys.TAB)
    page.switch_to.active_element.send_keys(Keys.ENTER)
    page.switch_to.active_element.send_keys(Keys.TAB)
    main = page.find_element(By.TAG_NAME, "main")
    assert page.switch_to.active_element in main.find_elements(By.TAG_NAME, "a")


def test_nothing_is_loaded_from_elsewhere(page: Chrome, room: str) -> None:
    """A page loads its style sheet, and nothing else; nothing in it is refused."""
    page.get(f"{room}/articles/markah")
    loaded: list[str] = page.execute_script(
        "return performance.getEntriesByType('resource').map(entry => entry.name)"
    )
    assert loaded == [f"{room}/style.css"]
    log = page.get_log("browser")  # type: ignore[no-untyped-call] # selenium's
    assert [entry for entry in log if "Refused" in entry["message"]] == []


def test_publish_in_between(page: Chrome, directory: Path, tmp_path: Path) -> None:
    """A page that is loaded again after a publish shows what was published."""
    copied(directory, tmp_path)
    with served(tmp_path) as room:
        page.get(f"{room}/articles/asli")
        assert heading(page) == "Harga Garam Naik di Sayungan"
        copied(directory, tmp_path, "update state.articles set title = 'Harga Garam Turun'")
        page.refresh()
        assert heading(page) == "Harga Garam Turun"
