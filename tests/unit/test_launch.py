"""launch.py: options, set-up and repair of .venv, the browser for the tests."""

import argparse
import ast
import importlib.util
import json
import os
import runpy
import shutil
import socket
import subprocess
import sys
import threading
import urllib.request
import zipfile
from pathlib import Path
from types import ModuleType

import httpx
import pytest

import launch

APP = """
import json, os, sys
def main(options):
    seen = {name: os.environ.get(name) for name in ("LATENT_DATA_DIR", "HF_HUB_OFFLINE")}
    print(json.dumps({"options": vars(options), "env": seen, "prefix": sys.prefix}, default=str))
"""


def make_wheel(folder: Path, version: str, name: str = "tiny") -> None:
    """A package of one line, so that pip installs it for real without a network."""
    info = f"{name}-{version}.dist-info"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", f"VERSION = {version!r}\n")
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/RECORD,,\n")


def make_package(folder: Path, version: str, name: str = "tiny", requires: str = "") -> None:
    """What an installed package leaves for importlib.metadata to read."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {requires}"] if requires else []
    (info / "METADATA").write_text("\n".join(lines) + "\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of launch.py with one tiny requirement and an app that prints what it is given."""
    root = tmp_path / "project"
    (root / "app").mkdir(parents=True)
    shutil.copy(launch.__file__, root)
    (root / "requirements.txt").write_text("# one package\ntiny==1.0\n")
    (root / "app" / "main.py").write_text(APP)
    return root


@pytest.fixture
def copy(project: Path) -> ModuleType:
    """launch.py of the project as a module, to call its parts."""
    spec = importlib.util.spec_from_file_location("launch_copy", project / "launch.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def start(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Runs the project's launch.py with an interpreter that lacks its requirement."""
    env = {**os.environ, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, **environment}
    command = [sys.executable, str(project / "launch.py"), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


# --- options ------------------------------------------------------------------------------------


def test_an_old_interpreter_gets_one_sentence(monkeypatch):
    ast.parse(Path(launch.__file__).read_text(encoding="utf-8"), feature_version=(3, 8))
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    with pytest.raises(
        SystemExit, match=r"needs Python 3\.11 or newer, and this is Python 3\.9\."
    ):
        runpy.run_path(launch.__file__)


def test_defaults(monkeypatch):
    monkeypatch.delenv("GRADIO_SERVER_NAME", raising=False)
    options = launch.parse_options([])
    assert (options.host, options.port, options.auth) == ("127.0.0.1", None, None)
    assert (options.device, options.root_path, options.lm) == ("auto", None, None)
    flags = ("share", "open", "debug", "mcp", "read_only")
    assert not any(getattr(options, flag) for flag in flags)


def test_all_options(tmp_path, free_port):
    options = launch.parse_options(
        f"--listen --port {free_port} --share --auth ann:se:cret --device cpu --open --read-only "
        f"--root-path /lab/ --mcp --debug --data-dir {tmp_path} --trained-dir {tmp_path} "
        "--lm gpt2".split()
    )
    assert (options.host, options.port) == ("0.0.0.0", free_port)
    assert options.auth == ("ann", "se:cret")
    assert (options.device, options.root_path, options.lm) == ("cpu", "/lab", "gpt2")
    assert options.share and options.open and options.read_only and options.mcp and options.debug
    assert options.data_dir == options.trained_dir == tmp_path


def test_gradio_variables_are_defaults(monkeypatch):
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    assert launch.parse_options([]).host == "0.0.0.0"
    assert launch.parse_options(["--host", "127.0.0.1"]).host == "127.0.0.1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--port x", "'x' is no port; give a number from 1 to 65535"),
        ("--port 65536", "'65536' is no port"),
        ("--port -1", "'-1' is no port"),
        ("--device tpu", "invalid choice: 'tpu'"),
        ("--auth ann", "give a user name and a password as USER:PASS"),
        ("--auth :secret", "give a user name and a password as USER:PASS"),
        ("--data-dir /no/such/folder", "there is no folder /no/such/folder"),
        ("--trained-dir /no/such/folder", "there is no folder /no/such/folder"),
        ("--root-path lab", "'lab' is no path"),
        ("--listen --host 127.0.0.1", "not allowed with argument"),
        ("--host 192.0.2.1", "is no address of this computer"),
        ("--dev cpu", "unrecognized arguments: --dev cpu"),
        ("tests", "unrecognized arguments: tests"),
    ],
)
def test_a_wrong_value_gets_one_sentence(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        launch.main(arguments.split())
    errors = capsys.readouterr().err
    assert stop.value.code == 2
    assert message in errors
    assert errors.startswith("launch.py: ") and errors.count("\n") == 1


def test_a_wrong_gradio_port_gets_one_sentence(monkeypatch, capsys):
    monkeypatch.setenv("GRADIO_SERVER_PORT", "seven")
    with pytest.raises(SystemExit, match="2"):
        launch.main([])
    assert "GRADIO_SERVER_PORT: 'seven' is no port" in capsys.readouterr().err


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_taken_port_is_an_error_only_when_asked_for(capsys):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(SystemExit, match="2"):
            launch.parse_options(["--port", str(port)])
        assert f"port {port} on 127.0.0.1 is in use" in capsys.readouterr().err
        assert launch.parse_options([]).port is None


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("::1", "[::1]"),
        ("[::1]", "[::1]"),
        ("0:0:0:0:0:0:0:1", "[::1]"),
        ("0000:0000:0000:0000:0000:0000:0000:0001", "[::1]"),
        ("::", "[::]"),
        ("[::]", "[::]"),
        ("0::0", "[::]"),
        (" ::1 ", "[::1]"),
        ("FE80::1%eth0", "[fe80::1%eth0]"),
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "localhost"),
    ],
)
def test_an_address_has_one_spelling(given, host, monkeypatch):
    assert launch.host_name(given) == host
    monkeypatch.setattr(launch, "address_problem", lambda *_: "")
    assert launch.parse_options(["--host", given]).host == host
    monkeypatch.setenv("GRADIO_SERVER_NAME", given)
    assert launch.parse_options([]).host == host


def test_what_only_this_computer_reaches():
    own = ["127.0.0.1", "127.9.9.9", "localhost", "[::1]", "::1", "0:0::1", "[::ffff:127.0.0.1]"]
    assert all(map(launch.is_own, own))
    assert not any(
        map(launch.is_own, ["0.0.0.0", "[::]", "192.0.2.1", "[fe80::1]", "example.org"])
    )


PROXIES = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]
PROXIES += [name.upper() for name in PROXIES]


@pytest.fixture
def no_proxies(monkeypatch):
    for name in PROXIES:
        monkeypatch.setenv(name, "")  # so that all are put back
        monkeypatch.delenv(name)


@pytest.mark.parametrize("name", PROXIES)
@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "socks5://127.0.0.1:9", "[::1]", "?"])
def test_no_proxy_stands_between_the_program_and_itself(name, proxy, no_proxies, monkeypatch):
    monkeypatch.setenv(name, proxy)
    launch.go_direct()
    with httpx.Client() as client:  # as Gradio and its client make one
        assert not client._mounts
    assert urllib.request.proxy_bypass("127.0.0.1:7860")


@pytest.mark.parametrize("given", ["", "example.org", "[::1],.example.org", "*", " , "])
def test_what_is_elsewhere_still_goes_through_the_proxy(given, no_proxies, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", given)
    launch.go_direct("[fe80::1]", outside=True)
    with httpx.Client() as client:
        own = ["localhost", "127.0.0.1", "[::1]", "[fe80::1]"]
        direct = [client._transport_for_url(httpx.URL(f"https://{host}:7860")) for host in own]
        assert all(transport is client._transport for transport in direct)
        far = client._transport_for_url(httpx.URL("https://example.com"))
        assert (far is client._transport) == (given == "*")


def test_a_console_that_lacks_a_letter_shows_the_rest(project):
    (project / "app" / "main.py").write_text(
        "def main(options):\n    print('\u03b2 = 4 \u2212 ready')\n", encoding="utf-8"
    )
    (project / "requirements.txt").write_text("")
    for encoding in ("cp1252", "ascii", "cp437"):
        done = subprocess.run(
            [sys.executable, str(project / "launch.py")],
            env={**os.environ, "PYTHONIOENCODING": encoding, "LC_ALL": "C"},
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 0 and b" ready" in done.stdout


def test_version(capsys):
    with pytest.raises(SystemExit, match="0"):
        launch.main(["--version"])
    assert capsys.readouterr().out == f"Latent Playground {launch.VERSION}\n"


def options(**changed) -> argparse.Namespace:
    return argparse.Namespace(**{"host": "127.0.0.1", "share": False, "auth": None, **changed})


def test_what_is_exposed_is_said():
    assert launch.exposure(options()) == []
    assert launch.exposure(options(auth=("ann", "secret"))) == []
    listening = launch.exposure(options(host="0.0.0.0", auth=("ann", "secret")))
    assert len(listening) == 1 and "other computers on your network" in listening[0]
    sharing = launch.exposure(options(share=True))
    assert "public internet address" in sharing[0]
    assert sharing[1].startswith("No --auth was given: everyone")


# --- requirements -------------------------------------------------------------------------------


def test_unmet(copy, tmp_path):
    packages = tmp_path / "packages"
    assert copy.unmet([str(packages)]) == ["tiny==1.0"]
    make_package(packages, "1.0+cpu")
    assert copy.unmet([str(packages)]) == []
    assert copy.unmet([str(tmp_path)]) == ["tiny==1.0"]


def test_unmet_looks_into_extras(copy, tmp_path):
    copy.REQUIREMENTS.write_text("tiny[big]==1.0\n")
    make_package(tmp_path / "packages", "1.0", requires='large-one>=2; extra == "big"')
    assert copy.unmet([str(tmp_path / "packages")]) == ["tiny[big]==1.0"]
    make_package(tmp_path / "packages", "2.1", name="large_one")
    assert copy.unmet([str(tmp_path / "packages")]) == []


def test_the_shipped_requirements_are_pinned_and_met():
    assert launch.unmet(sys.path) == []


def test_an_interpreter_with_the_requirements_is_used(project, tmp_path):
    make_package(tmp_path / "packages", "1.0")
    done = start(project, "--data-dir", str(tmp_path), PYTHONPATH=str(tmp_path / "packages"))
    seen = json.loads(done.stdout)
    assert seen["prefix"] == sys.prefix
    assert seen["options"]["port"] is None
    assert seen["env"] == {"LATENT_DATA_DIR": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    assert not (project / ".venv").exists()


@pytest.mark.parametrize(("model", "offline"), [(".", "1"), ("gpt2", "0")])
def test_only_a_model_asked_for_by_its_name_may_be_fetched(
    project, tmp_path, model, offline, monkeypatch
):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)  # a setting of one's own would win
    make_package(tmp_path / "packages", "1.0")
    done = start(project, "--lm", model, PYTHONPATH=str(tmp_path / "packages"))
    assert json.loads(done.stdout)["env"]["HF_HUB_OFFLINE"] == offline


@pytest.mark.slow
def test_first_use_later_use_failure_and_repair(project, tmp_path):
    wheels, venv = tmp_path / "wheels", project / ".venv"
    make_wheel(wheels, "1.0")

    first = start(project, "--device", "cpu", PIP_FIND_LINKS=str(wheels))
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("First use: making .venv")
    assert "Successfully installed tiny-1.0" in first.stdout
    seen = json.loads(first.stdout.splitlines()[-1])
    assert seen["prefix"] == str(venv)
    assert seen["options"]["device"] == "cpu"

    later = start(project)  # pip could find nothing now
    assert later.returncode == 0 and json.loads(later.stdout)["prefix"] == str(venv)

    (project / "requirements.txt").write_text("tiny==2.0\n")
    failed = start(project, PIP_FIND_LINKS=str(wheels))
    assert failed.returncode == 1
    assert "Bringing .venv up to requirements.txt: tiny==2.0." in failed.stdout
    assert "installing requirements.txt failed: ERROR: No matching distribution" in failed.stderr
    assert "Traceback" not in failed.stderr

    make_wheel(wheels, "2.0")
    repaired = start(project, PIP_FIND_LINKS=str(wheels))
    assert repaired.returncode == 0, repaired.stderr
    assert repaired.stdout.startswith(
        "The last set-up stopped while installing requirements.txt (ERROR: No matching"
    )
    assert json.loads(repaired.stdout.splitlines()[-1])["prefix"] == str(venv)


@pytest.fixture
def steps(copy, monkeypatch) -> list[str]:
    """Set-up with its two slow steps recorded instead of run."""
    done = []

    def record(step: str, command: list[str], advice: str) -> None:
        done.append(step)
        copy.VENV.mkdir(exist_ok=True)
        copy.UNFINISHED.write_text(step)
        if step.startswith("installing"):
            make_package(copy.venv_path("purelib"), "1.0")

    monkeypatch.setattr(copy, "run_step", record)
    monkeypatch.setattr(copy, "warn_of_cuda_packages", lambda python: None)
    return done


def test_a_killed_set_up_starts_from_nothing(copy, steps, capsys):
    make_package(copy.venv_path("purelib"), "0.9")
    copy.UNFINISHED.write_text("installing requirements.txt")
    assert not copy.venv_is_complete()
    copy.set_up_venv()
    assert "stopped while installing requirements.txt" in capsys.readouterr().out
    assert not list(copy.venv_path("purelib").glob("tiny-0.9*"))
    assert not copy.UNFINISHED.exists()
    assert copy.COMPLETE.read_text() == copy.complete_text()


def test_another_python_gets_its_own_packages(copy, steps, capsys):
    make_package(copy.venv_path("purelib"), "0.9")
    copy.COMPLETE.write_text("python 3.10\n0123\n")
    copy.set_up_venv()
    assert "belongs to another Python" in capsys.readouterr().out
    assert not list(copy.venv_path("purelib").glob("tiny-0.9*"))


def test_a_folder_without_write_permission_gets_one_sentence(copy, monkeypatch, capsys):
    def refuse() -> None:
        raise PermissionError(13, "Permission denied", str(copy.VENV))

    monkeypatch.setattr(copy, "set_up_venv", refuse)
    assert copy.main([]) == 1
    assert "set-up stopped: [Errno 13] Permission denied" in capsys.readouterr().err


def test_cuda_packages_are_announced_unless_pip_has_other_sources(copy, monkeypatch, capsys):
    monkeypatch.setattr(copy.platform, "system", lambda: "Linux")
    monkeypatch.setattr(copy.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(copy.shutil, "which", lambda name: None)
    monkeypatch.setattr(copy.Path, "exists", lambda path: False)
    settings = "global.timeout='60'\n"
    monkeypatch.setattr(
        copy.subprocess,
        "run",
        lambda *args, **kwargs: subprocess.CompletedProcess(args, 0, stdout=settings),
    )
    copy.warn_of_cuda_packages("python")
    assert "PIP_EXTRA_INDEX_URL" in capsys.readouterr().out
    settings += ":env:.find-links='/wheels'\n"
    copy.warn_of_cuda_packages("python")
    assert capsys.readouterr().out == ""


# --- the tests' browser -------------------------------------------------------------------------


def make_program(path: Path, script: str = "") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def programs(tmp_path, monkeypatch) -> Path:
    """An empty PATH, and no browser in the usual places."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.setattr(launch, "BROWSER_PLACES", ())
    return folder


def test_a_browser_on_the_path_is_found(programs):
    assert launch.find_browser() == ""
    chrome = make_program(programs / "google-chrome")
    assert launch.find_browser() == str(chrome)
    light = make_program(programs / "chromium-headless-shell")
    assert launch.find_browser() == str(light)


def test_a_browser_in_the_usual_places_is_found(programs, monkeypatch, tmp_path):
    chrome = make_program(tmp_path / "elsewhere" / "chrome")
    monkeypatch.setattr(launch, "BROWSER_PLACES", ("/no/such/chrome", str(chrome)))
    assert launch.find_browser() == str(chrome)


def test_chromium_path_goes_first_and_must_be_right(programs, monkeypatch, tmp_path):
    make_program(programs / "chromium")
    mine = make_program(tmp_path / "elsewhere" / "mine")
    monkeypatch.setenv("CHROMIUM_PATH", str(mine))
    assert launch.find_browser() == str(mine)
    monkeypatch.setenv("CHROMIUM_PATH", "/no/such/chrome")
    with pytest.raises(launch.SetupError, match="CHROMIUM_PATH is '/no/such/chrome'"):
        launch.find_browser()


def test_debian_root_gets_chromium_from_apt(programs, monkeypatch, tmp_path):
    monkeypatch.setattr(launch, "operating_system", lambda: ["debian"])
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    log = tmp_path / "log"
    make_program(
        programs / "apt-get",
        f'echo "$*" >> {log}\n'
        f'case "$*" in *install*) echo > {programs}/chromium-headless-shell\n'
        f"/bin/chmod 755 {programs}/chromium-headless-shell;; esac",
    )
    assert launch.install_browser() == str(programs / "chromium-headless-shell")
    update, install = log.read_text().splitlines()
    assert update == "-q update"
    assert install.startswith("-q install -y") and " chromium-headless-shell" in install


def test_a_failing_apt_is_reported(programs, monkeypatch):
    monkeypatch.setattr(launch, "operating_system", lambda: ["debian"])
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    make_program(programs / "apt-get", "exit 100")
    with pytest.raises(launch.SetupError, match="apt-get update failed"):
        launch.install_browser()


@pytest.mark.parametrize(
    ("systems", "command"),
    [
        (["debian"], "Install it with: sudo apt-get install chromium-headless-shell"),
        (["linuxmint", "ubuntu", "debian"], "Install it with: sudo snap install chromium"),
        (["darwin"], "Install it with: brew install --cask google-chrome"),
        (["plan9"], "set CHROMIUM_PATH"),
    ],
)
def test_elsewhere_the_command_is_said(programs, monkeypatch, systems, command):
    monkeypatch.setattr(launch, "operating_system", lambda: systems)
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(launch.SetupError, match=command):
        launch.install_browser()


FAKE_PYTEST = """import os, sys
print(os.getcwd(), sys.argv[1:], os.environ.get("CHROMIUM_PATH"))
sys.stderr.write(os.environ.get("PYTHONDONTWRITEBYTECODE", "bytecode is kept"))
sys.exit(3)
"""
TWO_PROCESSES = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]


def test_test_passes_its_arguments_to_pytest(project, tmp_path):
    make_package(tmp_path / "packages", "1.0")
    chrome = make_program(tmp_path / "elsewhere" / "chrome")
    (project / "pytest.py").write_text(FAKE_PYTEST)
    done = start(
        project,
        *("test", "-n", "0", "-k", "a or b"),
        PYTHONPATH=str(tmp_path / "packages"),
        CHROMIUM_PATH=str(chrome),
        PYTHONDONTWRITEBYTECODE="1",
    )
    assert done.returncode == 3 and done.stderr == "bytecode is kept"
    given = [*TWO_PROCESSES, "-n", "0", "-k", "a or b"]  # pytest takes the last of each
    assert done.stdout == f"{project} {given} {chrome}\n"


def test_quick_needs_no_browser_and_says_what_it_leaves_out(project, tmp_path):
    make_package(tmp_path / "packages", "1.0")
    (project / "pytest.py").write_text(FAKE_PYTEST)
    done = start(
        project,
        *("test", "--quick", "-x"),
        PYTHONPATH=str(tmp_path / "packages"),
        CHROMIUM_PATH="/no/such/chrome",
    )
    assert done.returncode == 3
    ran, left_out = done.stdout.splitlines()
    given = [*TWO_PROCESSES, "-m", "not browser and not slow", "-x"]
    assert ran == f"{project} {given} /no/such/chrome"
    assert "browser" in left_out and "slow" in left_out


def test_test_without_a_browser_fails(project, tmp_path):
    make_package(tmp_path / "packages", "1.0")
    done = start(
        project, "test", PYTHONPATH=str(tmp_path / "packages"), CHROMIUM_PATH="/no/such/chrome"
    )
    assert done.returncode == 1
    assert (
        done.stderr == "launch.py: CHROMIUM_PATH is '/no/such/chrome', and no program is there.\n"
    )


# --- what is open to whom ----------------------------------------------------------------------


def test_a_login_can_be_kept_from_the_list_of_processes(tmp_path, monkeypatch):
    monkeypatch.delenv("LATENT_AUTH", raising=False)
    file = tmp_path / "login"
    file.write_text("ada:secret:with:colons\n")
    assert launch.parse_options(["--auth-file", str(file)]).auth == ("ada", "secret:with:colons")
    monkeypatch.setenv("LATENT_AUTH", "bob:other")
    assert launch.parse_options([]).auth == ("bob", "other")
    assert launch.parse_options(["--auth", "ada:x"]).auth == ("ada", "x")


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (["--auth-file", "/nowhere"], {}, "cannot be read"),
        ([], {"LATENT_AUTH": "nocolon"}, "LATENT_AUTH: give a user name"),
        ([], {"LATENT_SPACE_BYTES": "abc"}, "LATENT_SPACE_BYTES: 'abc' is no number of bytes"),
        (["--memory", "none"], {}, "'none' is no size"),
        (["--memory", "0.1"], {}, "'0.1' is no size"),
        (["--memory", "nan"], {}, "'nan' is no size"),
        (["--space", "/nowhere/mine.py"], {}, "there is no Python file /nowhere/mine.py"),
        (["--space", "README.md"], {}, "there is no Python file"),
    ],
)
def test_what_is_wrong_with_these_is_said(arguments, variables, said, monkeypatch, capsys):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        launch.parse_options(arguments)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no flock")
def test_two_first_starts_set_up_one_after_the_other(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(launch, "LOCK", tmp_path / "lock")
    order: list[str] = []

    def second() -> None:
        with launch.one_at_a_time():
            order.append("second")

    with launch.one_at_a_time():
        other = threading.Thread(target=second)
        other.start()
        said = ""
        while "Waiting for it" not in said:
            assert other.is_alive(), "it did not wait"
            said += capsys.readouterr().out
        order.append("first")
    other.join(timeout=10)
    assert order == ["first", "second"]
