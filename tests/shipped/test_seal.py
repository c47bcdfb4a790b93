"""What ships is what was saved: each file of each checkpoint is as its table of checksums says."""

from backend import checkpoint
from scripts.seal import changed


def test_every_file_is_in_its_table_and_as_the_table_says() -> None:
    """After a change by hand: python scripts/seal.py NAME."""
    folders = [folder for folder in checkpoint.trained_dir().glob("*/*--*") if folder.is_dir()]
    assert len(folders) > 50
    assert {folder.name: files for folder in folders if (files := changed(folder))} == {}
