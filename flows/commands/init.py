"""`kliping init`: the files of a new installation, with the comments that explain them."""

import re
import sys
from importlib.resources import files
from pathlib import Path

from flows.errors import ConfigError

# The files of flows/starter and their names in the new directory. The two YAML files are links to
# those of the repository, which a wheel holds as files.
FILES = {
    "sources.yaml": "sources.yaml",
    "topics.yaml": "topics.yaml",
    "env.example": ".env.example",
}
_SCHEMA = re.compile(r"(?<=\$schema=)flows/schemas/(\S+)")
_NEXT = """\
Next{}:
  edit sources.yaml          keep the outlets that you want; `kliping sources add URL` adds others
  edit topics.yaml           what to look for, and where alerts go
  cp .env.example .env       your address for outlets, and those of channels; the file says how it
                             is read
  kliping sources check      is every outlet still where the file says?
  kliping run                the first look; alerts go to the desk once topics.yaml names a channel
"""


def init(folder: Path) -> None:
    """Write the files that are not there yet, and say what to do with them. Raises ConfigError."""
    for name, target in FILES.items():
        path = folder / target
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(starter(name))
        except FileExistsError as error:
            if not path.exists():  # the directory is a file
                raise ConfigError(f"{folder}: expected a directory") from error
            said = "is there already, and was left as it is"
        except OSError as error:
            raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
        else:
            said = "written"
        sys.stdout.write(f"{path}: {said}\n")
    place = "" if folder == Path() else f", in {folder}"
    sys.stdout.write(f"\n{_NEXT.format(place)}")


def starter(name: str) -> str:
    """A file as it is written: that of the package, with the schema where it is installed."""
    text = files("flows").joinpath("starter", name).read_text(encoding="utf-8")
    schemas = Path(str(files("flows"))) / "schemas"
    return _SCHEMA.sub(lambda found: str(schemas / found[1]), text)
