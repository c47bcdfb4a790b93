"""Files that come from the page piece by piece, kept until they are used.

They lie where no address leads, under names that cannot be guessed, and are gone from the disk
with the process, however it ends.
"""

import atexit
import base64
import binascii
import secrets
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import IO

from backend.files import private_folder

KEPT = 4  # files at once; the one that was touched longest ago goes first
GONE = "This file is no longer kept here. Choose it again."


@dataclass
class Upload:
    name: str  # as the person's machine calls it; never a path here
    content: IO[bytes]
    size: int = 0


class Uploads:
    """Files by a secret name, of at most ``most`` bytes each."""

    def __init__(self, most: int, kept: int = KEPT) -> None:
        self.most, self.kept = most, kept
        self._files: OrderedDict[str, Upload] = OrderedDict()
        self._guard = threading.Lock()
        atexit.register(self.clear)  # Python complains of files that are open at its end

    def begin(self, name: str) -> str:
        """The secret name of a new, empty file."""
        key = secrets.token_urlsafe(12)
        content = tempfile.TemporaryFile(dir=private_folder("uploads"))  # noqa: SIM115 (kept open)
        with self._guard:
            self._files[key] = Upload(name, content)
            while len(self._files) > self.kept:
                self._files.popitem(last=False)[1].content.close()
        return key

    def add(self, key: str, piece: str) -> int:
        """Append the bytes of a base64 text; how many there are now.

        Raises ValueError for a file that is not kept, a piece that is no base64, too many bytes,
        and a disk that is full.
        """
        try:
            data = base64.b64decode(piece, validate=True)
        except binascii.Error:
            raise ValueError("A piece of the file came damaged. Choose the file again.") from None
        with self._guard:
            upload = self._found(key)
            if upload.size + len(data) > self.most:
                raise ValueError(
                    f"A file may have at most {self.most >> 20:,} MiB. Choose a smaller one, or "
                    "a part of it."
                )
            try:
                upload.content.seek(upload.size)
                upload.content.write(data)
                upload.content.flush()
            except OSError as error:
                raise ValueError(f"The file could not be kept: {error.strerror}.") from None
            upload.size += len(data)
            return upload.size

    def read(self, key: str) -> tuple[str, bytes]:
        """Name and content; raises ValueError for a file that is not kept."""
        with self._guard:
            upload = self._found(key)
            upload.content.seek(0)
            return upload.name, upload.content.read()

    def clear(self) -> None:
        """Forget all files."""
        for key in list(self._files):
            self.drop(key)

    def drop(self, key: str) -> None:
        """Forget a file; one that is not kept is gone already."""
        with self._guard:
            if upload := self._files.pop(key, None):
                upload.content.close()

    def _found(self, key: str) -> Upload:
        if key not in self._files:
            raise ValueError(GONE)
        self._files.move_to_end(key)
        return self._files[key]
