"""Whether archives hold what a data directory says of them."""

from pathlib import Path

from flows.edges import archive
from flows.records import WarcRef
from tests.helpers.tables import published_rows


def misplaced(directory: Path) -> list[str]:
    """The pages whose response is not where the published database says."""
    rows = published_rows(
        directory,
        """select warc_file, warc_offset, [url, found_url, final_url] from state.pages
        where warc_offset >= 0""",
    )
    found = [
        (archive.read(WarcRef(str(directory / file), offset)).url, urls)
        for file, offset, urls in rows
    ]
    return [
        there
        for there, urls in found
        if there.split("?")[0] not in [url.split("?")[0].split("#")[0] for url in urls]
    ]
