"""Pictures from a user's file: PNG and JPEG in a ZIP, IDX, or arrays in NPZ."""

import gzip
import io
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from backend.corpora.own.found import Found
from backend.corpora.own.limits import LIMITS
from backend.corpora.own.sentences import classes_of

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

ENDINGS = (".png", ".jpg", ".jpeg")


def packed(folder: Path) -> bytes:
    """The pictures of a folder as a ZIP, byte for byte as the page makes it."""
    out = io.BytesIO()
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    with zipfile.ZipFile(out, "w") as archive:
        for name, path in sorted(found.items()):
            if path.suffix.lower() in ENDINGS and path.is_file():
                archive.writestr(zipfile.ZipInfo(name), path.read_bytes())
    return out.getvalue()


def is_pictures(file_name: str, data: bytes) -> bool:
    """Whether a file is one that is read here."""
    ending = Path(file_name).suffix.lower()
    if ending in (".zip", ".npz", ".idx") or "idx3-ubyte" in file_name:
        return True
    if file_name.lower().endswith(".idx.gz"):
        return True
    return data.startswith(b"PK\x03\x04") and ending != ".txt"


def read(
    file_name: str, data: bytes, column: str, label_column: str, size: int, channels: int
) -> Found:
    """The pictures of a file, each once, ``size`` pixels high and wide.

    Raises ``ValueError``, with what is wrong and what to do, as all functions here do.
    """
    if size % 4 or not 8 <= size <= 64 or channels not in (1, 3):
        raise ValueError("Pictures are 28 or 32 pixels high and wide, grey or coloured.")
    if Path(file_name).suffix.lower() == ".npz":
        found = _arrays(file_name, data, column, label_column)
    elif data.startswith(b"PK"):
        return _once(_zipped(file_name, data, size, channels))
    else:
        found = _idx(file_name, data)
    found.items = resized(found.items, size, channels, found.notes)
    return _once(found)


def resized(items: "np.ndarray", size: int, channels: int, notes: list[str]) -> "np.ndarray":
    """uint8 [n, H, W] or [n, H, W, 3] as [n, size, size] or [n, size, size, 3]."""
    import numpy as np
    from PIL import Image

    if len(items) > LIMITS["pictures"]:
        raise ValueError(
            f"There are {len(items):,} pictures; at most {LIMITS['pictures']:,} are read. Choose "
            "a part."
        )
    height, width = items.shape[1:3]
    if (height, width) == (size, size) and (items.ndim == 4) == (channels == 3):
        return items
    notes.append(f"Pictures of {height} x {width} pixels were made {size} x {size}.")
    return np.stack([_fitted(Image.fromarray(one), size, channels) for one in items])


def _fitted(image: "Image.Image", size: int, channels: int) -> "np.ndarray":
    """The middle square of a picture, resized; on white where it can be seen through."""
    import numpy as np
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):  # 16 bits, of which Pillow would cut all above 255
        upright = Image.fromarray((np.asarray(upright, np.float32) / 257).round().astype(np.uint8))
    if upright.has_transparency_data:
        clear = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    upright = upright.convert("L" if channels == 1 else "RGB")
    return np.asarray(ImageOps.fit(upright, (size, size), Image.Resampling.LANCZOS), np.uint8)


def _zipped(file_name: str, data: bytes, size: int, channels: int) -> Found:
    """Pictures of a ZIP; where they are in folders, the folder is the class."""
    import numpy as np

    with _archive(file_name, data) as archive:
        entries = [one for one in archive.infolist() if _is_picture(one)]
        if not entries:
            raise ValueError(
                f"{file_name} holds no PNG or JPEG. Put pictures into it, in a folder for each "
                "class if there are classes."
            )
        if len(entries) > LIMITS["pictures"]:
            raise ValueError(
                f"{file_name} holds {len(entries):,} pictures; at most {LIMITS['pictures']:,} are "
                "read. Choose a part."
            )
        images, folders, damaged = [], [], []
        shapes: set[tuple[int, int]] = set()
        for entry in entries:
            picture = _opened(archive, entry, size, channels, shapes)
            if picture is None:
                damaged.append(entry.filename)
            else:
                images.append(picture)
                folders.append(PurePosixPath(entry.filename).parent.name)
    if not images:
        raise ValueError(
            f"No picture in {file_name} could be read; {damaged[0][:80]} is damaged or locked."
        )
    notes = []
    if damaged:
        notes.append(f"Damaged pictures left out: {len(damaged):,}, {damaged[0][:80]} among them.")
    if len(shapes) > 1 or any(height != width for width, height in shapes):
        notes.append(
            f"Pictures of {len(shapes)} size{'s' * (len(shapes) > 1)} were cut to their middle "
            f"square and made {size} x {size}."
        )
    found = Found("image", np.stack(images), notes=notes)
    if len(set(folders)) > 1:
        found.labels, found.classes = classes_of([f or "none" for f in folders], "The folders")
        found.label_column = "folder"
    return found


def _archive(file_name: str, data: bytes) -> zipfile.ZipFile:
    """A ZIP that unpacks to no more than the limit, and in no other place."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, EOFError):
        raise ValueError(f"{file_name} is no ZIP, or a damaged one. Make it again.") from None
    entries = archive.infolist()
    # ``zipfile`` reads no more of an entry than the size that it declares.
    if sum(entry.file_size for entry in entries) > LIMITS["unpacked"]:
        raise ValueError(f"{file_name} unpacks to more than {LIMITS['unpacked'] >> 30} GiB.")
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(
                f"{file_name} holds {entry.filename[:80]!r}, which points out of it. Make the ZIP "
                "of a folder."
            )
    return archive


def _is_picture(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not entry.is_dir() and path.suffix.lower() in ENDINGS and not hidden


def _opened(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, size: int, channels: int, shapes: set
) -> "np.ndarray | None":
    """None for a picture that is damaged or too large."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(archive.read(entry)), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > LIMITS["pixels"]:
                return None
            picture = _fitted(image, size, channels)
            shapes.add(image.size)
            return picture
    except (
        *(UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError),
        *(zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError),
    ):
        return None


def _idx(file_name: str, data: bytes) -> Found:
    """An IDX file of pictures (LeCun et al. 1998), gzipped or not."""
    import numpy as np

    if data.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(data)) as file:
                data = file.read(LIMITS["unpacked"] + 1)
        except (OSError, EOFError, zlib.error):
            raise ValueError(f"{file_name} is damaged. Copy or download it again.") from None
        if len(data) > LIMITS["unpacked"]:
            raise ValueError(f"{file_name} unpacks to more than {LIMITS['unpacked'] >> 30} GiB.")
    if data[:4] not in (b"\0\0\x08\x03", b"\0\0\x08\x04") or len(data) < 4 + 4 * data[3]:
        raise ValueError(
            f"{file_name} is no IDX file of pictures: it must hold bytes [n, height, width] or "
            "[n, height, width, 3]."
        )
    shape = tuple(int(size) for size in np.frombuffer(data, ">u4", data[3], offset=4))
    body = np.frombuffer(data, np.uint8, offset=4 + 4 * data[3])
    return Found("image", _as_pictures(file_name, _shaped(file_name, body, shape)))


def _shaped(file_name: str, body: "np.ndarray", shape: tuple[int, ...]) -> "np.ndarray":
    expected = 1
    for size in shape:
        expected *= size
    if len(body) != expected:
        raise ValueError(
            f"{file_name} has {len(body):,} bytes of pictures instead of {expected:,}: it is cut "
            "off or damaged."
        )
    return body.reshape(shape)


def _arrays(file_name: str, data: bytes, column: str, label_column: str) -> Found:
    """Pictures, and perhaps labels, among the arrays of an NPZ file; no pickle."""
    import numpy as np

    with _archive(file_name, data) as archive:
        for entry in archive.infolist():
            _check_array(file_name, archive, entry)
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error):
        raise ValueError(f"{file_name} is damaged. Save it again.") from None
    fitting = [name for name, array in arrays.items() if array.ndim in (3, 4)]
    for asked in filter(None, (column, label_column)):
        if asked not in arrays:
            raise ValueError(
                f"{file_name} has no array {asked[:80]!r}; it has: {', '.join(arrays)[:200]}."
            )
    if not (column or fitting):
        raise ValueError(f"{file_name} has no array of pictures, [n, height, width].")
    column = column or max(fitting, key=lambda name: arrays[name].size)
    found = Found(
        "image", _as_pictures(file_name, arrays[column]), columns=tuple(arrays), column=column
    )
    if label_column:
        labels = arrays[label_column]
        if labels.shape != (len(found.items),):
            raise ValueError(f"{label_column} must have one label for each picture.")
        found.labels, found.classes = classes_of([str(one) for one in labels], label_column)
        found.label_column = label_column
    return found


def _check_array(file_name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """An array is as large as it says: numpy would take the memory first."""
    import numpy as np

    try:
        with archive.open(entry) as file:
            version = np.lib.format.read_magic(file)
            read = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            shape, _, dtype = read(file)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, RuntimeError, zlib.error):
        raise ValueError(f"{file_name}: {entry.filename[:80]} is no array.") from None
    size = dtype.itemsize
    for length in shape:
        size *= length
    if dtype.hasobject or size > entry.file_size:
        raise ValueError(
            f"{file_name}: {entry.filename[:80]} is no array of numbers, or is cut off."
        )


def _as_pictures(file_name: str, array: "np.ndarray") -> "np.ndarray":
    """Numbers as uint8 [n, H, W] or [n, H, W, 3]."""
    import numpy as np

    if array.ndim == 4 and array.shape[-1] == 1:
        array = array[..., 0]
    elif array.ndim == 4 and array.shape[1] in (1, 3) and array.shape[-1] != 3:
        array = array[:, 0] if array.shape[1] == 1 else array.transpose(0, 2, 3, 1)
    if array.ndim not in (3, 4) or (array.ndim == 4 and array.shape[-1] != 3) or 0 in array.shape:
        raise ValueError(
            f"{file_name}: pictures must be [n, height, width] or [n, height, width, 3], these "
            f"are {list(array.shape)}."
        )
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
        raise ValueError(f"{file_name}: pictures must be numbers without gaps.")
    top = 1.0 if array.dtype.kind == "f" and array.max() <= 1 else 255.0
    if array.min() < 0 or array.max() > top:
        raise ValueError(f"{file_name}: pictures must lie between 0 and 1, or 0 and 255.")
    return (array * (255.0 / top)).round().astype(np.uint8)


def _once(found: Found) -> Found:
    """Without pictures that are there already, pixel by pixel."""
    first: dict[bytes, int] = {}
    for row, picture in enumerate(found.items):
        first.setdefault(picture.tobytes(), row)
    rows = list(first.values())
    found.duplicates = len(found.items) - len(rows)
    found.items = found.items[rows]
    found.labels = None if found.labels is None else [found.labels[row] for row in rows]
    return found
