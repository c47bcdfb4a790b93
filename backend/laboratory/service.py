"""Trains the runs of several visitors in turn, in one thread, while somebody looks at them."""

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from backend.device import STEP_LOCK, FairLock, seeded
from backend.laboratory.run import Run
from backend.laboratory.settings import MOST_STEPS, Event, Settings

LOG = logging.getLogger(__name__)
LIVE = 4  # runs that train in turn; others wait for a place
KEPT = 24  # runs that are remembered; of those that rest, the one longest unseen goes first
SLICE = 0.025  # seconds of one turn
PAUSE = 0.002  # seconds between turns, in which requests are read and answered
PATIENCE = 8.0  # seconds after which a run that nobody looks at is paused
FORGET = 900.0  # seconds after which it is forgotten
BUDGET = 180.0  # seconds of training from one play to the next
GONE = "This run was forgotten, since nobody looked at it for long."


class Gone(KeyError):
    """No run has this key any more; it can be trained anew from its settings and events."""


class Session:
    """A run with who looks at it and how far it is to go."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.busy = FairLock()  # whoever computes with the run
        self.goal = 0  # the step at which to rest
        self.pace = 0.0  # most steps per second; 0 for as fast as it goes
        self.due = 0.0  # when the next step may be taken
        self.spent = 0.0  # seconds trained since it was set going
        self.seen = time.monotonic()
        self.note = ""  # why it rests, if not because somebody asked

    @property
    def resting(self) -> bool:
        return self.run.step >= self.goal

    @property
    def interrupted(self) -> bool:
        """Whether it is to rest, or a frame or another request waits for its turn."""
        return self.resting or self.busy.wanted or STEP_LOCK.wanted


class Laboratory:
    """Runs by key. Commands take effect between two steps; every one counts as a look."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._playing: list[str] = []  # in the order in which they were set going
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(self, settings: Settings, events: Iterable[Event] = ()) -> str:
        """A new run at step 0, resting; its key. Raises ValueError as ``Run`` does."""
        session = Session(Run(settings, events))
        key = secrets.token_urlsafe(12)
        with self._changed:
            self._sessions[key] = session
            self._forget()
        return key

    def session(self, key: str) -> Session:
        """Raises ``Gone`` for one that is not kept any more."""
        with self._changed:
            if key not in self._sessions:
                raise Gone(GONE)
            session = self._sessions[key]
            session.seen = time.monotonic()
            return session

    def play(self, key: str, until: int = MOST_STEPS, pace: float = 0.0) -> None:
        """Train until step ``until``, at most ``pace`` steps per second (0: no limit)."""
        session = self.session(key)
        with self._changed:
            session.goal, session.pace = min(until, MOST_STEPS), pace
            session.due, session.spent, session.note = 0.0, 0.0, ""
            if key not in self._playing:
                self._playing.append(key)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="laboratory", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def pause(self, key: str) -> None:
        """Rest after the step that is being taken."""
        self._rest(key, self.session(key), "")

    def step(self, key: str, player: str | None = None) -> None:
        """One step, or one of a single player; raises ValueError as ``Run.advance`` does."""
        session = self.session(key)
        self._rest(key, session, "")
        with session.busy:
            if not session.run.over:
                session.run.advance(player)

    def edit(self, key: str, name: str, value: float) -> None:
        """Turn a knob, from the next step on; raises ValueError as ``Run.edit`` does."""
        session = self.session(key)
        with session.busy:
            session.run.edit(name, value)

    def stop(self, key: str) -> None:
        """Forget a run."""
        with self._changed:
            if session := self._sessions.pop(key, None):
                session.goal = 0
            self._playing = [other for other in self._playing if other != key]

    def state(self, key: str) -> dict[str, Any]:
        """Whether it trains, its place in the queue (0: it has its turns), why it rests."""
        session = self.session(key)
        with self._changed:
            playing = key in self._playing
            place = max(0, self._playing.index(key) - LIVE + 1) if playing else 0
        return {"playing": playing, "place": place, "note": session.note or session.run.over}

    def _rest(self, key: str, session: Session, note: str) -> None:
        with self._changed:
            session.goal, session.note = 0, note
            self._playing = [other for other in self._playing if other != key]

    def _forget(self) -> None:
        """Drop what was unseen for long, and the longest unseen beyond ``KEPT``."""
        now = time.monotonic()
        resting = [k for k in self._sessions if k not in self._playing]
        resting.sort(key=lambda key: self._sessions[key].seen)
        excess = len(self._sessions) - KEPT
        for i, key in enumerate(resting):
            if i < excess or now - self._sessions[key].seen > FORGET:
                del self._sessions[key]

    # The thread: a slice of each live run in turn, until none is left.

    def _work(self) -> None:
        turn = 0
        while True:
            with self._changed:
                live = self._live()
                if not live:
                    self._thread = None
                    return
                wait = min(session.due for _, session in live) - time.monotonic()
                if wait > 0:
                    self._changed.wait(min(wait, 0.5))
                    continue
            turn += 1
            key, session = live[turn % len(live)]
            note = self._slice(session)
            if note or session.resting:
                self._finish(key, session, note)
            time.sleep(PAUSE)

    def _live(self) -> list[tuple[str, Session]]:
        """Those whose turn it is; those that nobody looks at are set to rest first."""
        now = time.monotonic()
        for key in list(self._playing):
            session = self._sessions[key]
            if now - session.seen > PATIENCE:
                self._rest(key, session, "Paused, since nobody was looking.")
        return [(key, self._sessions[key]) for key in self._playing[:LIVE]]

    def _finish(self, key: str, session: Session, note: str) -> None:
        with self._changed:
            if note or session.resting:  # not if it was set going again meanwhile
                self._rest(key, session, note)

    def _slice(self, session: Session) -> str:
        """Steps for ``SLICE`` seconds; why the run can go no further, if so."""
        if not session.busy.acquire(blocking=False):
            return ""  # someone looks at it; the others have their turns meanwhile
        try:
            began = time.monotonic()
            for entry in session.run.unscored():
                if session.interrupted:  # the scores of one model take as long as many steps
                    break
                session.run.score(entry)
            with seeded(session.run.settings.seed):
                while not session.interrupted and not session.run.over:
                    now = time.monotonic()
                    if now < session.due or now - began > SLICE:
                        break
                    if session.run.unscored():
                        break
                    session.run.advance_seeded()
                    if session.pace:
                        session.due = max(session.due, now - SLICE) + 1 / session.pace
            session.spent += time.monotonic() - began
        except Exception:  # the thread must go on for the others; the log keeps the traceback
            LOG.exception("a run of the laboratory failed")
            return "This run failed; the server's log says why. Reset to start over."
        finally:
            session.busy.release()
        if session.run.over:
            return session.run.over
        if session.spent > BUDGET:
            return f"Paused after {BUDGET:.0f} seconds of training; Play goes on."
        return ""


LABORATORY = Laboratory()
