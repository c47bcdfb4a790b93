"""Build the page, start the server, and say when it answers."""

import contextlib
import functools
import gc
import hashlib
import importlib
import importlib.util
import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import NoReturn, cast

from backend.files import private_folder

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import: Gradio reads these there
os.environ.setdefault("GRADIO_TEMP_DIR", str(private_folder("gradio")))

import gradio as gr
import psutil
from gradio.routes import App
from gradio.state_holder import SessionState
from starlette.middleware import Middleware
from starlette.routing import Route

import backend
from app import answers, api, components, door, guard, links, memory, modules, session

TABS = (
    *("sample", "interpolate", "explore", "modes", "tradeoffs", "edits", "next_word", "replies"),
    "compare",
    "train",
)
WRITING = {"train"}  # tabs that are not there where visitors may change nothing on disk
HERE = Path(__file__).parent
THREADS = 256  # questions that wait for the model at once; the page and its scripts take none
WAITING = 256  # calls in Gradio's queue
SWITCH = 0.001  # s; who answers waits so long for Python while a model computes, by default 0.005
KEEP_ALIVE = 75  # s; a client or a proxy that uses a connection again must not meet its end
SESSIONS = 64  # visitors whose changed components Gradio remembers
PORTS = range(7860, 7960)
SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace")


def build(device: str = "auto", mcp: bool = False) -> gr.Blocks:
    """The whole page; needs no checkpoint and no torch."""
    with backend.as_of_now():
        return _built(device)


def _built(device: str) -> gr.Blocks:
    links.forget()
    shown = [name for name in TABS if not (session.read_only() and name in WRITING)]
    with (
        no_servers(),
        door.Page(title="Latent Playground", analytics_enabled=False, fill_width=True) as page,
    ):
        header = components.header(device, shown)
        with gr.Tabs(elem_id="tabs") as tabs:
            for name in shown:
                tab = importlib.import_module(f"app.tabs.{name}")
                with gr.Tab(tab.TITLE, id=name, elem_id=f"tab-{name}"):
                    tab.build()
        components.widget("tray", elem_id="tray")
        links.restore_into(header, tabs)
        api.publish()
    page.seen, page.offered = backend.changes(), here()
    return page


@contextlib.contextmanager
def no_servers() -> Iterator[None]:
    """Gradio makes an application each time a page or its queue is set up, in 0.2 s each.

    None of them is used but the one that ``launch`` makes.
    """
    making = App.__dict__["create_app"]
    App.create_app = staticmethod(lambda *_, **__: None)
    try:
        yield
    finally:
        App.create_app = making


def light_visits() -> None:
    """Gradio copies the settings of all components for each visitor, and for each stateless call.

    That takes 20 ms and 200 kB. They are for deep links, which this page does not offer: its own
    links hold the view. What a visit changes it still keeps.
    """
    begin = SessionState.__init__

    def visit(self: SessionState, blocks: gr.Blocks) -> None:
        bare = SimpleNamespace(default_config=blocks.default_config, blocks={})
        begin(self, cast(gr.Blocks, bare))

    SessionState.__init__ = visit


def no_plots() -> None:
    """Gradio asks for matplotlib before and after each call, and each time Python looks for it.

    Where it is not installed, that is a search through all folders of libraries, while everybody
    else waits.
    """
    if importlib.util.find_spec("matplotlib") is None:
        sys.modules["matplotlib"] = cast(ModuleType, None)  # an import ends there, as not found


light_visits()
no_plots()
_renewing = threading.Lock()


def head() -> str:
    """Style of the page, written into its head so that nothing appears unstyled; its scripts."""
    shared = [HERE / "page" / name for name in ("tokens.css", "style.css", "shared.css")]
    styles = [*shared, *sorted(HERE.glob("widgets/*/*.css"))]
    css = "\n".join(path.read_text(encoding="utf-8") for path in styles)
    told = {"checkpoints": components.checkpoint_facts(), "controls": links.controls()}
    facts = "\n".join(
        f'<script id="lp-{name}" type="application/json">{_json(value)}</script>'
        for name, value in told.items()
    )
    return (
        f'<style>{css}</style>\n<meta name="color-scheme" content="light dark">\n'
        f"{facts}\n{modules.head()}"
    )


def _json(value: object) -> str:
    """JSON that can stand inside an element of a page."""
    return json.dumps(value).replace("<", "\\u003c")


def theme() -> gr.themes.Base:
    """System fonts only: a web font would be a request to another host."""
    return gr.themes.Base(font=SANS, font_mono=MONO, radius_size="md", spacing_size="md")


def main(options: Namespace) -> None:
    """Serve until interrupted; prints one line, with the address, once the page answers."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    if options.device not in ("auto", "cpu"):  # else nothing of torch is needed yet
        try:
            backend.check_device(options.device)
        except ValueError as error:
            sys.exit(f"--device: {error}")
    memory.watch(options.memory)
    sys.setswitchinterval(SWITCH)
    session.configure(device=options.device, read_only=options.read_only)
    if options.lm:
        try:
            if note := session.give_lm(options.lm):
                print(note, flush=True)
        except ValueError as error:
            sys.exit(f"--lm: {error}")
    open_spaces(options.space)
    page = build(options.device)
    url, shared = start(page, options)
    wait_until_it_answers(url)
    # Not before: to import torch would take the page's time.
    threading.Thread(target=settle, name="warm-up", daemon=True).start()
    url = url.replace("//[::]:", "//[::1]:")  # all addresses are none that a browser can open
    print(f"Latent Playground is ready: {url}{f' and {shared}' if shared else ''}", flush=True)
    if options.open:
        import webbrowser

        webbrowser.open(url)
    page.block_thread()


def settle() -> None:
    """Load what the first screen shows, and set apart what will stay until the end.

    Python looks for garbage among all objects from time to time, and answers nothing meanwhile:
    the million that libraries and the page are made of took it a fifth of a second each time.
    """
    session.warm_up()
    gc.collect()
    gc.freeze()
    gc.enable()


def open_spaces(paths: Sequence[Path]) -> None:
    """Load the classes in these files; ends the program with a sentence where one does not run.

    Who names a file wants to see it: a page without it would leave them looking for it.
    """
    for path in paths:
        try:
            backend.load_file(path, lambda said: print(said, flush=True), session.aside)
        except ValueError as error:
            sys.exit(f"--space: {error}")


def leave(number: int, _: object = None) -> NoReturn:
    """End at once, with all that was started; threads may compute, and need not be waited for.

    An interpreter that ends in the usual way would stop them within C++ code, which aborts.
    """
    children = psutil.Process().children(recursive=True)
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.terminate()
    for child in psutil.wait_procs(children, timeout=2)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(128 + number)


def start(page: gr.Blocks, options: Namespace) -> tuple[str, str | None]:
    """Launch on the asked port, else on the next free one; the local and any public address."""
    with no_servers():
        page.queue(default_concurrency_limit=1, max_size=WAITING)
    try:
        _, local, shared = page.launch(
            server_name=options.host,
            server_port=options.port,
            share=options.share,
            auth=options.auth,
            root_path=options.root_path,
            max_threads=THREADS,
            state_session_capacity=SESSIONS,
            debug=False,
            show_error=options.debug,
            mcp_server=options.mcp,
            theme=theme(),
            head=head(),
            app_kwargs={
                "routes": [*modules.routes(), Route("/health", guard.health)],
                "middleware": middleware(options, page),
            },
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            ssr_mode=False,
            pwa=False,
            max_file_size=1 if options.read_only else "5mb",  # bytes; Gradio's own upload route
            quiet=True,
            inbrowser=False,
            prevent_thread_lock=True,
        )
    except OSError as error:
        if options.port is None:
            sys.exit(f"No free port from {PORTS.start} to {PORTS.stop - 1}: {error}")
        sys.exit(
            f"Port {options.port} is in use. Choose another with --port, "
            "or leave --port out to take the next free one."
        )
    page.server.config.timeout_keep_alive = KEEP_ALIVE  # 5 s by default; Gradio has no option
    return local, shared


def middleware(options: Namespace, page: gr.Blocks) -> list[Middleware]:
    """What every request passes, in order; nearer to the application than Gradio's own."""
    rules = guard.Rules.of(options, page)
    renewed = functools.partial(renew, page)
    return [Middleware(guard.Guard, rules), Middleware(answers.Answers, renewed)]


def renew(page: gr.Blocks) -> str:
    """Let the page offer the checkpoints that are here now; their digest.

    Some come and go while it is served: a run has ended, one's own was renamed or deleted.
    """
    seen = backend.changes()
    if seen == page.seen:
        return page.offered
    with _renewing, backend.as_of_now():
        now = here()
        if now != page.offered:
            components.offer_anew(page)
            page.head = head()
            page.config = page.get_config_file()
            page.offered = now
        page.seen = seen  # last: who asks meanwhile waits for the page to be whole
    return now


def here() -> str:
    """A digest of which checkpoints there are, and of what the page says of them by itself."""
    infos = backend.available(include_damaged=True)
    told = [(info.name, info.title, info.fingerprint, info.problem) for info in infos]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def wait_until_it_answers(url: str, patience: float = 30.0) -> None:
    """Poll the page; a port that listens is not yet a page that answers."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # it is this machine
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            with direct.open(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return  # it answers, with a request to log in
        except OSError:
            time.sleep(0.05)
    sys.exit(f"The page at {url} did not answer within {patience:.0f} seconds.")
