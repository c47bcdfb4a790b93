#!/usr/bin/env python3
"""Start Latent Playground, or run its tests. Standard library only.

    python3 launch.py [OPTIONS]           the app
    python3 launch.py test [ARGUMENTS]    the tests; ARGUMENTS go to pytest (-n 0: one process)
    python3 launch.py test --quick        those that take neither a browser nor long
    python3 launch.py check FILE          whether views that were kept still show the same

The first use makes ``.venv`` beside this file and installs ``requirements.txt`` into it; later
uses touch no network. An interpreter that already has the requirements is used as it is.
"""

import sys

# Older interpreters must be able to parse this file to say so: no syntax newer than Python 3.8.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "Latent Playground needs Python 3.11 or newer, and this is Python "
        + ".".join(map(str, sys.version_info[:2]))
        + ". Run launch.py with a newer python3."
    )

import argparse
import errno
import gc
import hashlib
import inspect
import io
import ipaddress
import os
import platform
import re
import shutil
import socket
import subprocess
import sysconfig
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import NoReturn

VERSION = "0.1.0"
ROOT = Path(__file__).resolve().parent
REQUIREMENTS = ROOT / "requirements.txt"
VENV = ROOT / ".venv"
COMPLETE = VENV / ".setup-complete"  # what was installed; written only after success
UNFINISHED = VENV / ".setup-unfinished"  # the step in progress; still there if it failed

LOCK = ROOT / ".venv.lock"  # held during set-up

BROWSERS = (
    "chromium-headless-shell",  # the same without windows: a page opens in two thirds of the time
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
BROWSER_PLACES = (
    "/usr/bin/chromium",
    "/snap/bin/chromium",
    "/opt/google/chrome/chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)
DEBIAN_BROWSER = (BROWSERS[0], "fonts-liberation")  # the font makes screenshots comparable
BROWSER_COMMANDS = {
    "ubuntu": "sudo snap install chromium",
    "debian": f"sudo apt-get install {DEBIAN_BROWSER[0]}",
    "fedora": "sudo dnf install chromium",
    "arch": "sudo pacman -S chromium",
    "suse": "sudo zypper install chromium",
    "darwin": "brew install --cask google-chrome",
    "windows": "winget install Google.Chrome",
}


class SetupError(Exception):
    """Set-up cannot go on; the text is shown to the user as it is."""


def main(argv: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console that lacks a letter shows a "?"
            stream.reconfigure(errors="replace")
    try:
        if argv[:1] == ["test"]:
            ensure_requirements(argv)
            return run_tests(argv[1:])
        if argv[:1] == ["check"]:
            options = check_parser().parse_args(argv[1:])
            ensure_requirements(argv)
            return run_check(options)
        options = parse_options(argv)
        ensure_requirements(argv)
        return run_app(options)
    except SetupError as error:
        print(f"launch.py: {error}", file=sys.stderr)
        return 2 if argv[:1] == ["check"] else 1  # there 1 says that a view differs
    except KeyboardInterrupt:
        return 130  # what shells report for Ctrl+C


# --- options ------------------------------------------------------------------------------------


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"launch.py: {message}\n")  # the sentence alone, without the usage text


def parse_options(argv: list[str]) -> argparse.Namespace:
    """The options as app.main wants them. A wrong value ends the program with exit code 2."""
    parser = options_parser()
    options = parser.parse_args(argv)
    if options.listen:
        options.host = "0.0.0.0"
    check_environment(parser)
    if options.auth is None and os.environ.get("LATENT_AUTH"):
        try:
            options.auth = credentials(os.environ["LATENT_AUTH"])
        except argparse.ArgumentTypeError as error:
            parser.error(f"LATENT_AUTH: {error}")
    if problem := address_problem(options.host, options.port):
        parser.error(problem)
    return options


def options_parser() -> Parser:
    parser = Parser(
        prog="launch.py",
        allow_abbrev=False,
        description="Start Latent Playground in the browser. The first use installs it.",
        epilog="launch.py test [ARGUMENTS] runs the tests; the arguments go to pytest.",
    )
    add = parser.add_argument
    address = parser.add_mutually_exclusive_group()
    address.add_argument(
        "--host",
        type=host_name,
        default=os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1",
        help="address to listen on (default: GRADIO_SERVER_NAME, or else 127.0.0.1)",
    )
    address.add_argument(
        "--listen", action="store_true", help="listen on all network interfaces (0.0.0.0)"
    )
    add("--port", type=port_number, help="default: the first free from 7860 on")
    add("--share", action="store_true", help="make a public internet address through Gradio")
    login = parser.add_mutually_exclusive_group()
    login.add_argument(
        "--auth",
        type=credentials,
        metavar="USER:PASS",
        help="ask visitors for this login; other users of this computer can see it, so rather "
        "set LATENT_AUTH to it, or use --auth-file",
    )
    login.add_argument(
        "--auth-file",
        dest="auth",
        type=credentials_in,
        metavar="FILE",
        help="ask visitors for the login in the first line of a file, USER:PASS",
    )
    add(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a further name under which browsers reach this server; may be repeated",
    )
    add(
        "--memory",
        type=gibibytes,
        default=1.2,
        metavar="GIB",
        help="memory to stay within as far as possible (default: 1.2)",
    )
    devices = ["auto", "cpu", "cuda", "mps"]
    add("--device", default="auto", choices=devices, help="where the models run")
    add("--open", action="store_true", help="open the page in the browser")
    add("--data-dir", type=folder, metavar="FOLDER", help="corpora (LATENT_DATA_DIR)")
    add("--trained-dir", type=folder, metavar="FOLDER", help="checkpoints (LATENT_TRAINED_DIR)")
    add("--lm", metavar="FOLDER_OR_NAME", help="a causal language model of transformers to add")
    add(
        "--space",
        type=python_file,
        action="append",
        default=[],
        metavar="FILE.py",
        help="a model of your own: a file with a class, which is run; may be repeated",
    )
    add("--read-only", action="store_true", help="let visitors change nothing on disk")
    add("--root-path", type=root_path, metavar="PATH", help="path behind a reverse proxy")
    add("--mcp", action="store_true", help="offer the named endpoints as MCP tools")
    add("--debug", action="store_true", help="show full tracebacks")
    add("--version", action="version", version=f"Latent Playground {VERSION}")
    return parser


def check_parser() -> Parser:
    parser = Parser(
        prog="launch.py check",
        allow_abbrev=False,
        description="Open the views of a file of checks, and compare what they show.",
        epilog="Exit code: 0 if all are as they were, 1 if one differs, 2 if none could be seen.",
    )
    add = parser.add_argument
    add("file", type=Path, metavar="FILE", help="checks.json, as the page gives it")
    add("--report", type=Path, metavar="FILE.html", help="default: beside the file of checks")
    add("--update", action="store_true", help="write into FILE what the views show now")
    add("--trained-dir", type=folder, metavar="FOLDER", help="checkpoints (LATENT_TRAINED_DIR)")
    add("--data-dir", type=folder, metavar="FOLDER", help="corpora (LATENT_DATA_DIR)")
    add(
        "--space", type=python_file, action="append", default=[], metavar="FILE.py",
        help="a model of your own; may be repeated",
    )  # fmt: skip
    return parser


def port_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"'{text}' is no port; give a number from 1 to 65535")
    return int(text)


def host_name(text: str) -> str:
    """An address in one spelling, IPv6 in brackets as in URLs; a name as it is."""
    bare = text.strip().removeprefix("[").removesuffix("]")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return text.strip()
    return f"[{address}]" if address.version == 6 else str(address)


def is_own(host: str) -> bool:
    """Whether only this computer reaches the host."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host in ("localhost", "ip6-localhost", "ip6-loopback")
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def credentials(text: str) -> tuple[str, str]:
    user, _, password = text.partition(":")
    if not (user and password):
        # The value is not repeated: it may hold a password.
        raise argparse.ArgumentTypeError("give a user name and a password as USER:PASS")
    return user, password


def credentials_in(text: str) -> tuple[str, str]:
    try:
        with open(text, encoding="utf-8") as file:
            return credentials(file.readline(4096).strip())
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"the file {text} cannot be read: {error}") from error


def gibibytes(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.5 <= value <= 4096:
        raise argparse.ArgumentTypeError(f"'{text}' is no size; give GiB, from 0.5 on, such as 2")
    return value


def folder(text: str) -> Path:
    path = Path(text).expanduser().resolve()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path}")
    return path


def python_file(text: str) -> Path:
    path = Path(text).expanduser().resolve()
    if path.suffix != ".py" or not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no Python file {path}")
    return path


def root_path(text: str) -> str:
    if not re.match(r"/|https?://", text):
        raise argparse.ArgumentTypeError(
            f"'{text}' is no path; it starts with /, http:// or https://"
        )
    return text.rstrip("/")


def check_environment(parser: Parser) -> None:
    """Others read these variables, and would fail on a wrong one with a traceback."""
    try:
        port_number(os.environ.get("GRADIO_SERVER_PORT", "7860"))
    except argparse.ArgumentTypeError as error:
        parser.error(f"GRADIO_SERVER_PORT: {error}")
    size = os.environ.get("LATENT_SPACE_BYTES") or "1"
    if not (size.isascii() and size.isdigit()):
        parser.error(
            f"LATENT_SPACE_BYTES: '{size}' is no number of bytes; give one such as 500000000"
        )


def address_problem(host: str, port: int | None) -> str:
    """Why nothing can listen on host and port (None: any port), or an empty string."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port or 0, type=socket.SOCK_STREAM)
        family, _, _, _, address = found[0]
        socket.create_server(address[:2], family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"port {port} on {host} is in use; choose another, or leave --port out"
        if error.errno == errno.EACCES:
            return f"port {port} needs administrator rights; choose one above 1023"
        return f"'{host}' is no address of this computer; leave --host out to use 127.0.0.1"
    return ""


# --- requirements -------------------------------------------------------------------------------


def ensure_requirements(argv: list[str]) -> None:
    """Returns if this interpreter has the requirements; otherwise goes on in that of .venv."""
    broken_venv = Path(sys.prefix).resolve() == VENV and UNFINISHED.exists()
    if not broken_venv and not unmet(sys.path):
        return
    if not venv_is_complete():
        try:
            with one_at_a_time():
                if not venv_is_complete():  # another start may have done it meanwhile
                    set_up_venv()
        except OSError as error:  # a full disk, a folder without write permission
            raise SetupError(f"set-up stopped: {error}") from error
    command = [str(venv_path("scripts") / "python"), str(ROOT / "launch.py"), *argv]
    sys.stdout.flush()
    if os.name == "nt":  # there execv returns to the shell at once, with the program still running
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait while another start sets .venv up; the system unlocks whatever happens to it."""
    if os.name == "nt":
        yield
        return
    import fcntl

    with LOCK.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another start is setting .venv up. Waiting for it.", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def unmet(path: list[str]) -> list[str]:
    """The lines of requirements.txt that the packages on path do not satisfy."""
    return [
        line
        for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#") and not is_met(line, path)
    ]


def is_met(line: str, path: list[str]) -> bool:
    """Whether path has the package of a line ``name==version`` or ``name[extra]==version``."""
    name, extra, version = re.fullmatch(r"([\w.-]+)(?:\[(\w+)\])?==(\S+)", line).groups()
    package = installed(name, path)
    # A local label is not compared, as in pip: 2.13.0+cpu satisfies ==2.13.0.
    if package is None or package.version.partition("+")[0] != version:
        return False
    return all(
        installed(re.match(r"[\w.-]+", needed).group(), path)
        for needed in package.requires or []
        if extra and re.search(rf"extra == ['\"]{extra}['\"]", needed)
    )


def installed(name: str, path: list[str]) -> metadata.Distribution | None:
    return next(iter(metadata.distributions(name=name, path=path)), None)


def venv_path(kind: str) -> Path:
    """Where .venv keeps its "scripts" or its packages ("purelib")."""
    base = {"base": str(VENV), "platbase": str(VENV)}
    return Path(sysconfig.get_path(kind, "venv", vars=base))


def python_line() -> str:
    return "python {}.{}".format(*sys.version_info[:2])


def complete_text() -> str:
    return f"{python_line()}\n{hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()}\n"


def venv_is_complete() -> bool:
    return (
        not UNFINISHED.exists()
        and COMPLETE.exists()
        and COMPLETE.read_text(encoding="utf-8") == complete_text()
        and shutil.which("python", path=str(venv_path("scripts"))) is not None
        and not unmet([str(venv_path("purelib"))])
    )


def set_up_venv() -> None:
    """Makes, updates or repairs .venv; marks it complete only when pip has succeeded."""
    message, from_nothing = diagnose()
    print(message, flush=True)
    if from_nothing:
        empty_venv()
    # The base interpreter, so that .venv does not hang on another virtual environment.
    python = getattr(sys, "_base_executable", sys.executable)
    run_step(
        "making the virtual environment",
        [python, "-m", "venv", str(VENV)],
        "On Debian and Ubuntu this needs the package python3-venv.",
    )
    python = str(venv_path("scripts") / "python")
    warn_of_cuda_packages(python)
    run_step(
        "installing requirements.txt",
        [python, "-m", "pip", "install", "--disable-pip-version-check", "-r", str(REQUIREMENTS)],
        "Check the network and the free disk space.",
    )
    if missing := unmet([str(venv_path("purelib"))]):
        raise SetupError(f"pip finished, yet .venv lacks {', '.join(missing)}.")

    UNFINISHED.unlink()
    partial = COMPLETE.with_suffix(".part")
    partial.write_text(complete_text(), encoding="utf-8")
    os.replace(partial, COMPLETE)
    print("Set-up is complete. Later starts need no network.", flush=True)


def diagnose() -> tuple[str, bool]:
    """What to tell the user before set-up, and whether .venv must be made from nothing."""
    if not VENV.exists():
        return "First use: making .venv with all that is needed. This takes some minutes.", False
    if UNFINISHED.exists():
        step = UNFINISHED.read_text(encoding="utf-8").strip()
        # From nothing: a package that was cut off half-way can look installed to pip.
        return f"The last set-up stopped while {step}. Making .venv again from nothing.", True
    if COMPLETE.exists() and python_line() not in COMPLETE.read_text(encoding="utf-8"):
        return f".venv belongs to another Python. Making it again for {python_line()}.", True
    missing = ", ".join(unmet([str(venv_path("purelib"))]))
    return f"Bringing .venv up to requirements.txt{missing and f': {missing}'}.", False


def empty_venv() -> None:
    for path in VENV.iterdir():
        if path == UNFINISHED:  # stays, so that a set-up killed right here is noticed too
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def run_step(step: str, command: list[str], advice: str) -> None:
    """Runs one step, its output shown; a note tells the next start where this one stopped."""
    VENV.mkdir(exist_ok=True)
    UNFINISHED.write_text(step, encoding="utf-8")
    reason = ""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace") as process:
        for line in process.stderr:
            sys.stderr.write(line)
            if line.startswith("ERROR"):  # pip's last one names the cause
                reason = line.strip()
    if process.returncode != 0:
        reason = reason or f"exit status {process.returncode}"
        UNFINISHED.write_text(f"{step} ({reason})", encoding="utf-8")
        raise SetupError(
            f"{step} failed: {reason}\n{advice} Then run the same command again: it repairs .venv."
        )


def warn_of_cuda_packages(python: str) -> None:
    """Says how to avoid gigabytes of CUDA packages, where pip has only its default index."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return  # elsewhere the default index has no CUDA build
    if Path("/dev/nvidiactl").exists() or shutil.which("nvidia-smi"):
        return
    command = [python, "-m", "pip", "config", "list"]
    settings = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    if re.search(r"index-url|find-links", settings):
        return  # the owner of this machine has said where packages come from
    print(
        "No NVIDIA GPU was found, but pip's default index brings PyTorch with CUDA packages of\n"
        "several GB. For the small CPU build stop here (Ctrl+C), set PIP_EXTRA_INDEX_URL to the\n"
        "CPU address that pytorch.org shows under Get Started, and run this command again.",
        flush=True,
    )


# --- the app and the tests ----------------------------------------------------------------------


def run_app(options: argparse.Namespace) -> int:
    by_name = bool(options.lm) and not Path(options.lm).expanduser().is_dir()
    go_offline(but_for_models=by_name)
    go_direct(options.host, outside=by_name or options.share)
    os.environ.pop("GRADIO_SERVER_NAME", None)  # read above; Gradio knows fewer spellings
    for variable, path in [
        ("LATENT_DATA_DIR", options.data_dir),
        ("LATENT_TRAINED_DIR", options.trained_dir),
    ]:
        if path:
            os.environ[variable] = str(path)
    for line in exposure(options):
        print(line, flush=True)

    gc.disable()  # what is made from here on stays; app.main looks through it once, at the end
    with no_stubs():
        from app.main import main as start  # only now: app.main needs the requirements

    start(options)
    return 0


@contextmanager
def no_stubs() -> Iterator[None]:
    """Within, Gradio is imported without writing type stubs: a third of its import.

    It parses the source of each of its 80 components, and the ``.pyi`` beside it, at every start,
    and leaves alone what has no file.
    """
    file_of = inspect.getfile

    def getfile(thing: object) -> str:
        if hasattr(thing, "EVENTS"):  # as each component has
            raise OSError("no stub is wanted")
        return file_of(thing)

    inspect.getfile = getfile
    try:
        yield
    finally:
        inspect.getfile = file_of


def go_offline(but_for_models: bool = False) -> None:
    """No request leaves the machine by itself; both are read when the libraries are imported.

    ``but_for_models``: one was asked for by its name, and may be fetched if it is not here.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("HF_HUB_OFFLINE", "0" if but_for_models else "1")


def go_direct(host: str = "localhost", outside: bool = False) -> None:
    """No proxy stands between this program and itself, whatever the environment says.

    ``outside``: something was asked for that is elsewhere; that still goes through the proxies.
    """
    direct = ["*"]
    if outside:
        proxies = urllib.request.getproxies()
        given = [name.strip().strip("[]") for name in proxies.pop("no", "").split(",")]
        # Where variables say anything, the settings of the system are not asked any more.
        os.environ.update({f"{scheme}_proxy": address for scheme, address in proxies.items()})
        own = ["localhost", "127.0.0.1", "::1", host.strip("[]")]
        direct = ["*"] if "*" in given else list(dict.fromkeys(filter(None, [*given, *own])))
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(direct)


def exposure(options: argparse.Namespace) -> list[str]:
    """What the chosen options open to others, in plain sentences."""
    lines = []
    if not is_own(options.host):
        lines.append(
            f"Listening on {options.host}: other computers on your network can open this "
            "playground, with its checkpoints and corpora."
        )
    if options.share:
        lines.append(
            "Sharing: a public internet address leads to this playground until you stop it, for "
            "a week at most; what visitors type passes through Gradio's servers."
        )
    if lines and not options.auth:
        lines.append("No --auth was given: everyone who has the address gets in, no password.")
    return lines


def run_tests(arguments: list[str]) -> int:
    """pytest in two processes; a file's tests stay together, as they share what they build."""
    go_offline()
    go_direct()
    # Else each of the many processes that tests start would compile all of the project anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    options = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    quick = "--quick" in arguments
    if quick:
        options += ["-m", "not browser and not slow"]
        arguments = [argument for argument in arguments if argument != "--quick"]
    else:
        os.environ["CHROMIUM_PATH"] = find_browser() or install_browser()
    command = [sys.executable, "-m", "pytest", *options, *arguments]
    status = subprocess.call(command, cwd=ROOT)
    if quick:
        print(
            "Left out by --quick: the tests marked browser, which drive the page, and slow, which "
            "take seconds each. python3 launch.py test runs all.",
            flush=True,
        )
    return status


def run_check(options: argparse.Namespace) -> int:
    """Views of a file, opened on a server of their own in a browser."""
    go_offline()
    go_direct()
    browser = find_browser() or install_browser()
    arguments = [part for file in options.space for part in ("--space", str(file))]
    for name, path in [("--trained-dir", options.trained_dir), ("--data-dir", options.data_dir)]:
        arguments += [name, str(path)] if path else []
    from app.checks import run

    report = options.report or options.file.with_suffix(".html")
    try:
        return run(options.file, report, browser, arguments, options.update)
    except (OSError, RuntimeError) as error:  # a report that cannot be written, a server
        raise SetupError(str(error)) from error


def find_browser() -> str:
    """The path of a Chromium or Chrome, or an empty string."""
    if chosen := os.environ.get("CHROMIUM_PATH"):
        if not shutil.which(chosen):
            raise SetupError(f"CHROMIUM_PATH is '{chosen}', and no program is there.")
        return chosen
    return next(filter(None, map(shutil.which, [*BROWSERS, *BROWSER_PLACES])), "")


def install_browser() -> str:
    """Installs a Chromium on Debian as root; elsewhere says what to run."""
    systems = operating_system()
    if systems[0] == "debian" and os.geteuid() == 0:
        print(f"The tests need a browser: installing {DEBIAN_BROWSER[0]}.", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["install", "-y", "--no-install-recommends", *DEBIAN_BROWSER]
        for arguments in (["update"], install):
            if subprocess.call(["apt-get", "-q", *arguments], env=environment) != 0:
                raise SetupError(f"apt-get {arguments[0]} failed; its message is above.")
        if browser := find_browser():
            return browser
    known = [BROWSER_COMMANDS[system] for system in systems if system in BROWSER_COMMANDS]
    raise SetupError(
        "the tests need Chromium or Chrome, and none was found. "
        + (f"Install it with: {known[0]}" if known else "Install one and set CHROMIUM_PATH to it.")
    )


def operating_system() -> list[str]:
    """Names of this system, the most exact first, such as ["ubuntu", "debian"]."""
    if platform.system() != "Linux":
        return [platform.system().lower()]
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return ["linux"]
    return [release["ID"], *release.get("ID_LIKE", "").split()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
