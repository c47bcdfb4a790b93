"""Windows of conversations: what was said before a reply, by whom, none twice in two splits."""

import itertools
from collections.abc import Callable

import pytest
import torch

import backend
from backend import corpora
from backend.corpora import dialogues
from backend.corpora.batching import DialogueBatches
from backend.corpora.dialogues import TURNS, Windows, encoded, mark, neighbours, unmarked
from backend.corpora.leaks import same_text
from backend.corpora.location import Turn
from backend.processors.text import BOS, EOS, PAD, TextProcessor

NAMES = [name for name in corpora.names() if corpora.corpus(name).dialogues]
LEFT = {  # pairs that are kept and removed
    # About a quarter of its held-out pairs can be answered by heart.
    "dailydialog": {"train": (75978, 0), "validation": (5694, 1367), "test": (4553, 1455)},
    "smd": {"train": (10159, 0), "validation": (1082, 170), "test": (1123, 187)},
    "swda": {"train": (191275, 0), "validation": (3063, 188), "test": (3760, 299)},
}


def dialogue(*texts: str, act: str = "tell") -> list[Turn]:
    return [Turn(text, "AB"[place % 2], {"act": act}) for place, text in enumerate(texts)]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Windows]]:
    """``read(train=…, validation=…, test=…)``: what is loaded of a corpus of these dialogues."""

    def load(**given: list[list[Turn]]) -> dict[str, Windows]:
        splits = {name: given.get(name, []) for name in ("train", "validation", "test")}
        made = corpora.corpus("dailydialog")._replace(dialogues=lambda: splits, normalise=None)
        monkeypatch.setattr(dialogues, "corpus", lambda name: made)
        return dialogues.load("dailydialog")

    return load


def test_every_turn_but_the_first_has_what_was_said_before_it(read) -> None:
    found = read(train=[dialogue(*"abcdefgh"), dialogue("x", "y")])["train"]
    assert [found.turns[reply] for reply in found.replies] == [*"bcdefgh", "y"]
    before = ["".join(found.turns[place] for place in context) for context in found.context]
    assert before == ["a", "ab", "abc", "abcd", "abcde", "bcdef", "cdefg", "x"]


def test_held_out_pairs_that_stand_in_train_or_each_other_are_removed_and_counted(read) -> None:
    found = read(
        train=[dialogue("Hello .", "Hi there !"), dialogue("What now ?", "Hi there !")],
        validation=[dialogue("hello.", "“Hi  there!”", "Go on")],
        test=[dialogue("Go on", "Why ?"), dialogue("Hi there !", "go on")],
    )
    left = {name: [one.turns[reply] for reply in one.replies] for name, one in found.items()}
    assert left == {
        "train": ["Hi there !", "Hi there !"],
        "validation": ["Go on"],  # a known reply to another turn is not the same pair
        "test": ["Why ?"],
    }
    assert [one.removed for one in found.values()] == [0, 1, 1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.needs_corpus(*corpora.corpus(name).downloads))
        for name in NAMES
    ],
)
def test_no_held_out_pair_stands_in_train(name: str) -> None:
    found = dialogues.load(name)
    left = {split: (len(one.replies), one.removed) for split, one in found.items()}
    assert left == LEFT[name]
    pairs = {
        split: {
            (same_text(one.turns[reply - 1]), same_text(one.turns[reply])) for reply in one.replies
        }
        for split, one in found.items()
    }
    assert not pairs["train"] & pairs["validation"]
    assert not pairs["train"] & pairs["test"]
    assert not pairs["validation"] & pairs["test"]
    assert found["train"].removed == 0 < found["test"].removed
    shown = [[same_text(text) for _, text in one] for one in backend.conversations(name)]
    assert len(shown) > 50
    assert not pairs["train"] & {pair for one in shown for pair in itertools.pairwise(one)}
    for one in found.values():
        assert all(1 <= len(context) <= TURNS for context in one.context)
        assert all(
            context[-1] == reply - 1
            for context, reply in zip(one.context, one.replies, strict=True)
        )
        assert all(len(column) == len(one.turns) for column in one.tags.values())


def test_a_corpus_without_dialogues_says_so() -> None:
    with pytest.raises(ValueError, match="tatoeba has no dialogues"):
        dialogues.load("tatoeba")


def test_pairs_as_ids_mark_the_turns_of_who_replies_and_are_no_larger_than_needed(read) -> None:
    texts = "a b c", "d", "e f", "g h i j"
    windows = read(train=[dialogue(*texts)])["train"]
    processor = TextProcessor.train(texts, min_count=1, max_tokens=40)
    pairs = encoded(windows, processor, acts=("ask", "tell"))
    assert len(pairs) == 3 and pairs.acts.tolist() == [1, 1, 1]
    context, reply, acts = pairs.batch(torch.tensor([2, 0]))
    assert context.shape == (2, 3, 4) and reply.shape == (2, 5) and acts.tolist() == [1, 1]
    words = [[processor.token_lists(turn[None])[0] for turn in row] for row in context]
    assert words == [[["a", "b", "c"], ["<bos>", "d"], ["e", "f"]], [[], [], ["a", "b", "c"]]]
    assert processor.token_lists(reply) == [["g", "h", "i", "j"], ["d"]]
    assert pairs.rows(torch.tensor([1])).batch(torch.tensor([0]))[1].tolist() == [
        [processor.ids["e"], processor.ids["f"], EOS]
    ]


def test_a_long_turn_keeps_its_end_and_a_long_reply_is_left_out(read) -> None:
    long = " ".join(f"w{n}" for n in range(50))
    windows = read(train=[dialogue(long, "short", long)])["train"]
    processor = TextProcessor.train(windows.turns, min_count=1, max_tokens=40)
    pairs = encoded(windows, processor)
    assert len(pairs) == 1
    [[turn]] = pairs.batch(torch.tensor([0]))[0]
    assert processor.token_lists(turn[None])[0] == [f"w{n}" for n in range(10, 50)]


def test_a_mark_can_be_taken_off_again() -> None:
    turns = torch.tensor([[[5, 6, EOS], [7, EOS, PAD]]])
    marked = mark(turns, torch.tensor([[True, False]]))
    assert marked.tolist() == [[[BOS, 5, 6, EOS], [7, EOS, PAD, PAD]]]
    assert unmarked(marked)[..., :3].tolist() == turns.tolist()


def test_neighbours_are_the_last_two_turns_wherever_empty_ones_stand() -> None:
    empty, a, b = [0, 0, 0], [5, EOS, 0], [BOS, 6, EOS]
    context = torch.tensor([[a, empty, b, empty], [empty, a, empty, empty]])
    last, previous = neighbours(context)
    assert last.tolist() == [[6, EOS, 0], a]
    assert previous.tolist() == [a, empty]


def test_batches_hold_pairs_of_equal_size_repeat_with_their_seed_and_cover_an_epoch(read) -> None:
    sizes = [(turns, words) for turns in range(1, 5) for words in (1, 4, 9) for _ in range(4)]
    conversations = []
    for number, (turns, words) in enumerate(sizes):
        said = [f"t{number}"] * turns
        conversations.append(dialogue(*said, " ".join([f"r{number}"] * words)))
    windows = read(train=conversations)["train"]
    last = [row for row, reply in enumerate(windows.replies) if windows.turns[reply][0] == "r"]
    processor = TextProcessor.train(windows.turns, min_count=1, max_tokens=40)
    pairs = encoded(windows, processor).rows(torch.tensor(last))
    batches = DialogueBatches(pairs, 4, seed=3)
    assert len(batches) == 12
    seen = [batches(step) for step in range(12)]
    assert all(
        (reply != PAD).all() and (context != PAD).any(2).all() for context, reply, _ in seen
    )
    assert len({tuple(reply[:, 0].tolist()) for _, reply, _ in seen}) == 12
    again = DialogueBatches(pairs, 4, seed=3)
    for step in (7, 2):
        assert all(torch.equal(a, b) for a, b in zip(again(step), seen[step], strict=True))
