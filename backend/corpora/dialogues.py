"""Conversations as dialogue models read them: some turns of context and the reply to them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from backend.corpora.leaks import same_text
from backend.corpora.location import Dialogue
from backend.corpora.record import corpus
from backend.processors.text import BOS, EOS, PAD, UNK, TextProcessor

TURNS = 5  # of context, at most
TOKENS = 40  # of a turn; a longer one keeps its end, a longer reply is left out
NO_ACT = -1
UNLABELLED = "not labelled"  # where a corpus has no act for a turn


class Windows(NamedTuple):
    """The pairs of context and reply of one split, as text."""

    turns: list[str]  # all turns of its dialogues, one after the other
    speakers: list[str]  # of each turn
    tags: dict[str, list[str]]  # of each turn
    context: list[range]  # of each pair, places in ``turns``: at most ``TURNS``, oldest first
    replies: list[int]  # of each pair, its place in ``turns``
    removed: int = 0  # pairs left out, as they stand in train, or of test ones in validation


def load(dataset: str) -> dict[str, Windows]:
    """Every turn but the first of each dialogue, with what was said before it.

    A held-out pair of a turn and its reply that also stands in train, or of test in validation,
    is left out and counted: with it, a model could answer by heart. Equal are those that
    ``leaks.same_text`` calls the same.

    Raises:
        KeyError: no such corpus.
        ValueError: its sentences are not turns of conversations.
        MissingCorpus: it is not in the data folder.
    """
    record = corpus(dataset)
    if record.dialogues is None:
        raise ValueError(f"{dataset} has no dialogues")
    mend = record.normalise or str.strip
    splits = {
        name: _windows([[turn._replace(text=mend(turn.text)) for turn in one] for one in found])
        for name, found in record.dialogues().items()
    }
    return _without_leaks(splits)


def unseen(dataset: str) -> list[list[tuple[str, str]]]:
    """Test dialogues, speaker and text of each turn, of which `load` leaves out no pair.

    Where all are too long for that, it is the stretches of them, of at least ``TURNS`` turns.
    Raises as `load` does.
    """
    test = load(dataset)["test"]
    published = corpus(dataset).dialogues
    assert published is not None  # or ``load`` had raised
    kept, first = set(test.replies), 0
    whole: list[range] = []
    stretches: list[range] = []
    for dialogue in published()["test"]:
        end = first + len(dialogue)
        begins = [place for place in range(first, end) if place not in kept]
        parts = [range(*ends) for ends in pairwise([*begins, end])]
        whole += parts if len(parts) == 1 else []
        stretches += [part for part in parts if len(part) >= TURNS]
        first = end
    found = whole or stretches
    return [[(test.speakers[place], test.turns[place]) for place in part] for part in found]


def _windows(dialogues: Sequence[Dialogue]) -> Windows:
    turns = [turn for dialogue in dialogues for turn in dialogue]
    context, replies, first = [], [], 0
    for dialogue in dialogues:
        for place in range(first + 1, first + len(dialogue)):
            context.append(range(max(first, place - TURNS), place))
            replies.append(place)
        first += len(dialogue)
    tags = {tag: [turn.tags[tag] for turn in turns] for tag in (turns[0].tags if turns else ())}
    text, speakers = [turn.text for turn in turns], [turn.speaker for turn in turns]
    return Windows(text, speakers, tags, context, replies)


def _without_leaks(splits: dict[str, Windows]) -> dict[str, Windows]:
    seen: set[tuple[str, str]] = set()
    found = {}
    for name in ("train", "validation", "test"):
        split = splits[name]
        same = [same_text(turn) for turn in split.turns]
        pairs = [(same[reply - 1], same[reply]) for reply in split.replies]
        if name != "train":
            kept = [row for row, pair in enumerate(pairs) if pair not in seen]
            split = split._replace(
                context=[split.context[row] for row in kept],
                replies=[split.replies[row] for row in kept],
                removed=len(pairs) - len(kept),
            )
        seen.update(pairs)
        found[name] = split
    return found


class Conversations(NamedTuple):
    """Pairs of context and reply as token ids; M turns, N pairs."""

    turns: Tensor  # int64 [M, T]
    context: Tensor  # int64 [N, U], rows of ``turns`` to the right; -1 before the beginning
    own: Tensor  # bool [N, U], whether who replies said that turn
    replies: Tensor  # int64 [N], rows of ``turns``
    acts: Tensor  # int64 [N], of the reply; ``NO_ACT`` where it is not known

    def __len__(self) -> int:
        return len(self.replies)

    def rows(self, chosen: Tensor) -> "Conversations":
        """Only these pairs, in this order."""
        parts = (part[chosen] for part in self[1:])
        return Conversations(self.turns, *parts)

    def batch(self, chosen: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Context [B, U, T], reply [B, T'] and act [B] of some pairs, no larger than needed."""
        context, own = self.context[chosen], self.own[chosen]
        spoken = context >= 0
        context, own, spoken = (part[:, spoken.any(0)] for part in (context, own, spoken))
        ids = self.turns[context.clamp(min=0)].masked_fill(~spoken[..., None], PAD)
        marked = mark(ids, own & spoken)
        replies = self.turns[self.replies[chosen]]
        longest = int((marked != PAD).sum(-1).max()), int((replies != PAD).sum(1).max())
        return marked[..., : longest[0]], replies[:, : longest[1]], self.acts[chosen]

    def neighbours(self, chosen: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The last turn of the context, the one before it, and the reply, of some pairs."""
        context, reply, _ = self.batch(chosen)
        last, previous = neighbours(context)
        return last, previous, reply


def encoded(windows: Windows, processor: TextProcessor, acts: Sequence[str] = ()) -> Conversations:
    """Pairs whose reply the processor can write, ``acts`` being the names of the acts in order."""
    tokens = [processor.tokens(turn) for turn in windows.turns]
    pairs = [
        (before, reply)
        for before, reply in zip(windows.context, windows.replies, strict=True)
        if processor.complaint(tokens[reply]) is None
    ]
    context = [[-1] * (TURNS - len(before)) + list(before) for before, _ in pairs]
    who = windows.speakers
    own = [
        [who[place] == who[reply] for place in row]
        for row, (_, reply) in zip(context, pairs, strict=True)
    ]
    acts_of = windows.tags.get("act", [])
    numbers = {name: number for number, name in enumerate(acts)}
    told = [numbers.get(acts_of[reply], NO_ACT) if acts else NO_ACT for _, reply in pairs]
    replies = torch.tensor([reply for _, reply in pairs])
    return Conversations(
        turn_ids(tokens, processor),
        torch.tensor(context),
        torch.tensor(own),
        replies,
        torch.tensor(told),
    )


def turn_ids(tokens: Sequence[Sequence[str]], processor: TextProcessor) -> Tensor:
    """Turns as int64 [M, T], each ended by ``<eos>``; a long one keeps its end."""
    rows = [[*(processor.ids.get(t, UNK) for t in turn[-TOKENS:]), EOS] for turn in tokens]
    longest = max(map(len, rows))
    return torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])


def mark(turns: Tensor, own: Tensor) -> Tensor:
    """Turns [..., T] with ``<bos>`` before those of who will reply: [..., T + 1]."""
    plain = torch.nn.functional.pad(turns, (0, 1), value=PAD)
    marked = torch.nn.functional.pad(turns, (1, 0), value=BOS)
    return torch.where(own[..., None], marked, plain)


def unmarked(turns: Tensor) -> Tensor:
    """Turns [..., T] without that mark, as a decoder writes them."""
    shifted = torch.nn.functional.pad(turns[..., 1:], (0, 1), value=PAD)
    return torch.where(turns[..., :1] == BOS, shifted, turns)


def neighbours(context: Tensor) -> tuple[Tensor, Tensor]:
    """The last turn of a context [B, U, T] and the one before, [B, T]; empty where none is."""
    turns = unmarked(context)
    said = (turns != PAD).any(2)  # [B, U]
    rank = said.flip(1).cumsum(1).flip(1) * said  # 1 for the last turn, 2 for the one before
    found = [((rank == place)[..., None] * turns).sum(1) for place in (1, 2)]
    return found[0], found[1]
