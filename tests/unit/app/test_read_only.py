"""``--read-only``: the one way in which a visitor could write to the disk, an upload, is shut."""

import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PART = 'Content-Disposition: form-data; name="files"; filename="a.txt"'
BODY = f"--b\r\n{PART}\r\n\r\nhello\r\n--b--\r\n".encode()


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "status"), [(["--read-only"], 403), ([], 200)])
def test_an_upload(arguments: list[str], status: int) -> None:
    command = [sys.executable, "launch.py", "--device", "cpu", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            url = re.search(r"is ready: (\S+)", server.stdout.readline())[1]
            headers = {"Content-Type": "multipart/form-data; boundary=b"}
            request = urllib.request.Request(f"{url}gradio_api/upload", BODY, headers)
            try:
                with urllib.request.urlopen(request) as answer:
                    assert answer.status == status
            except urllib.error.HTTPError as error:
                assert error.code == status
                error.close()
        finally:
            server.terminate()
