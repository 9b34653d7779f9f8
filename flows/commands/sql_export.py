"""`kliping sql --format parquet|xlsx`: the rows of a statement as a file for other programs."""

import json
import math
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from flows.errors import ConfigError, QueryError
from warehouse.reader import Reader

FileFormat = Literal["parquet", "xlsx"]

# Microsoft, "Excel specifications and limits"
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_CHARACTERS = 32_767  # of UTF-16, in a cell
MOST_EXACT = 2**53  # numbers are kept as 64-bit floats
FIRST_YEAR = 1900  # of Excel's calendar
CUT = "… (cut by kliping: Excel takes 32,767 characters)"
ZONE = ZoneInfo("Asia/Jakarta")
NOTE = "Western Indonesian Time (WIB, UTC+7). Excel knows no time zones."


def export(
    reader: Reader, statement: str, form: FileFormat, output: Path | None, confined: bool
) -> None:
    """Write the rows of a statement to a file, or to standard output if that is no terminal.
    Raises ConfigError, QueryError.
    """
    with _target(form, output) as path:
        if form == "parquet":
            reader.write_parquet(statement, path, confined)
            return
        if confined:
            reader.confine()
        cut = write_workbook(*reader.query(statement), path)
    if cut:
        texts = "1 text was" if cut == 1 else f"{cut:,} texts were"
        sys.stderr.write(f"{texts} cut to the {MOST_CHARACTERS:,} characters that Excel takes\n")


@contextmanager
def _target(form: FileFormat, output: Path | None) -> Iterator[Path]:
    """A path to write to. It becomes the output unless the block raises."""
    if output is None and sys.stdout.isatty():
        raise ConfigError(f"--format {form}: expected --output FILE, or standard output elsewhere")
    if output and output.exists() and not (output.is_file() or output.is_dir()):
        raise ConfigError(f"--output {output}: expected a file, not a device or a pipe")
    try:
        with tempfile.TemporaryDirectory(
            dir=output and output.parent, prefix=".kliping-"
        ) as folder:
            path = Path(folder) / "rows"
            yield path
            if output:
                path.replace(output)
            else:
                with path.open("rb") as rows:
                    shutil.copyfileobj(rows, sys.stdout.buffer)
    except OSError as error:
        if output is None:
            raise
        raise ConfigError(f"--output {output}: cannot be written: {error.strerror}") from error


def write_workbook(names: Sequence[str], rows: Sequence[Sequence[Any]], path: Path) -> int:
    """Write rows to an Excel workbook of one sheet, and how many texts had to be cut. Instants
    stand in Western Indonesian Time, and a text is never a formula. Raises QueryError.
    """
    if len(rows) >= MOST_ROWS or len(names) > MOST_COLUMNS:
        raise QueryError(
            f"--format xlsx: Excel takes {MOST_ROWS - 1:,} rows of {MOST_COLUMNS:,} columns, "
            f"got {len(rows):,} of {len(names):,}; add a limit, or use --format parquet"
        )
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("kliping")
        styles = {name: book.add_format(style) for name, style in _STYLES.items()}
        cut = 0
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(names):
            sheet.write_string(0, column, name, styles["header"])
            if any(isinstance(row[column], datetime) and row[column].tzinfo for row in rows):
                sheet.write_comment(0, column, NOTE)
        for number, row in enumerate(rows, start=1):
            cut += sum(
                _write(sheet, number, column, value, styles) for column, value in enumerate(row)
            )
        if names:
            sheet.autofilter(0, 0, len(rows), len(names) - 1)
            sheet.set_column(0, len(names) - 1, 18)
    return cut


_STYLES: Mapping[str, Mapping[str, object]] = {
    "header": {"bold": True},
    "instant": {"num_format": "yyyy-mm-dd hh:mm:ss"},
    "day": {"num_format": "yyyy-mm-dd"},
    "text": {"quote_prefix": True},  # editing a cell does not make a formula of "=…"
}


def _write(sheet: Worksheet, row: int, column: int, value: Any, styles: Mapping[str, Any]) -> bool:
    """Write a value into a cell, and whether it had to be cut."""
    match _for_excel(value):
        case None:
            pass
        case bool(truth):
            sheet.write_boolean(row, column, truth)
        case int(number) | float(number):
            sheet.write_number(row, column, number)
        case datetime() as instant:
            sheet.write_datetime(row, column, instant, styles["instant"])
        case date() as day:
            sheet.write_datetime(row, column, day, styles["day"])
        case str(text):
            fitting = fitted(text)
            sheet.write_string(row, column, fitting, styles["text"])
            return fitting != text
    return False


def _for_excel(value: Any) -> Any:
    """A value as one that Excel has: nothing, a truth, a number, a day, an instant without a zone,
    or a text.
    """
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if abs(value) <= MOST_EXACT else str(value)
        case Decimal() | float():
            return float(value) if math.isfinite(value) else str(value)
        case datetime():
            local = value.astimezone(ZONE).replace(tzinfo=None) if value.tzinfo else value
            return local if local.year >= FIRST_YEAR else str(local)
        case date():
            return value if value.year >= FIRST_YEAR else str(value)
        case list():
            return "\n".join(map(str, value))
        case dict():
            return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def fitted(text: str) -> str:
    """A text that fits into a cell; where it had to be cut, it says so."""
    units = text.encode("utf-16-le", "replace")
    if len(units) <= 2 * MOST_CHARACTERS:
        return text
    kept = units[: 2 * (MOST_CHARACTERS - len(CUT))].decode("utf-16-le", "ignore")
    return kept + CUT
