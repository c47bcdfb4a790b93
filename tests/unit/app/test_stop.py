"""A server of its own: it ends when told to, whatever it is computing, and leaves nothing."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
SLOW = ["text_vae/dgmvae--dailydialog", 10_000, 0, 5.0, "prior", 0.0, None]


def run(command: list[str], log) -> subprocess.Popen:
    return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)


def ask(url: str, data: list) -> None:
    body = json.dumps({"data": data}).encode()
    kind = {"content-type": "application/json"}
    request = urllib.request.Request(f"{url}gradio_api/run/sample", body, kind)
    with contextlib.suppress(OSError):  # the server goes away
        urllib.request.urlopen(request, timeout=60).close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_during_an_endpoints_work_and_its_children_too(number, status):
    child = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; "
    child += "time.sleep(300)']); import launch; sys.exit(launch.main(sys.argv[1:]))"
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        server = run([sys.executable, "-c", child, "--device", "cpu"], log)
        try:
            url = address(server, log)
            process = psutil.Process(server.pid)
            (sleeper,) = process.children()
            before, end = process.cpu_times().user, time.monotonic() + 60
            threading.Thread(target=ask, args=(url, SLOW), daemon=True).start()
            while process.cpu_times().user < before + 1:  # then it computes, or loads the model
                assert server.poll() is None and time.monotonic() < end, "it does not compute"
                time.sleep(0.02)
            server.send_signal(number)
            assert server.wait(timeout=20) == status
            assert not sleeper.is_running() or sleeper.status() == psutil.STATUS_ZOMBIE
        finally:
            server.kill()
            server.wait()


def address(server: subprocess.Popen, log) -> str:
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        log.seek(0)
        if found := re.search(r"is ready: (\S+)", log.read()):
            return found[1]
        time.sleep(0.1)
    log.seek(0)
    pytest.fail(f"the server did not start:\n{log.read()}")


def test_a_device_that_is_not_here_is_told_at_the_start():
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    command = [sys.executable, "launch.py", "--device", "cuda"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "--device: device 'cuda' is not available on this machine; it has: cpu"
    )
