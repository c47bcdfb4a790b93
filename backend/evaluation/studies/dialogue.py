"""Conversations: ten replies to each held-out context, against the one that was given."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib.metadata import version
from statistics import fmean, stdev
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Distribution

from backend.corpora.dialogues import Conversations, encoded
from backend.device import seeded
from backend.distributions.discrete import DiscreteVariables
from backend.distributions.modes import GaussianModes, Made
from backend.evaluation import dialogue
from backend.evaluation.dialogue import Sentence
from backend.evaluation.study import Measured, Names, Results, Study, mean, share
from backend.evaluation.subject import Subject, spread
from backend.models.text_vae.di_vst import DIVST
from backend.nets.dialog import DialogueModel
from backend.objectives.divergences import kl
from backend.processors.text import PAD, UNK

CONTEXTS = 300  # test pairs that are replied to
PAIRS = 2000  # test pairs behind NLL and KL
REPLIES = 10  # to each context
SEEDS = (0, 1, 2)
BATCH = 100
COMMON = 10  # replies of the training set that count as dull
VECTORS = "PPMI of the training turns within 5 words, 100 SVD dimensions"
SCORES = (
    *("bleu_papers_recall", "bleu_papers_precision", "bleu_papers_f1"),
    *("bleu_recall", "bleu_precision", "bleu_f1"),
    *("bow_average", "bow_extrema", "bow_greedy"),
    *("intra_distinct_1", "inter_distinct_1", "intra_distinct_2", "inter_distinct_2"),
    *("reply_length", "reply_sameness", "most_common_reply", "dull_replies"),
)
WORDS = {"likeliest": 0.0, "drawn": 1.0}  # temperatures of the two ways to choose them
TYPICAL = 3  # utterances that stand for an action
READ = 5000  # training replies whose actions a model without labels is asked for
ALONE = "smd"  # the corpus of which papers report a single reply to each context
CASES, CHOICES = 6, 3  # contexts that are shown as examples, and actions for each
PERCENT = ("most_common_reply", "dull_replies")


class HeldOut:
    """What replies are measured against: held-out pairs, and what is known from training."""

    def __init__(self, subject: Subject) -> None:
        windows, acts = subject.windows, subject.model.config.__dict__.get("acts", ())
        self.subject = subject
        self.train = encoded(windows["train"], subject.words, acts)
        self.all = encoded(windows["test"], subject.words, acts)
        self.pairs = self.all.rows(torch.from_numpy(spread(len(self.all), CONTEXTS)))
        self.references = dialogue.references_of(self.pairs)
        known = [row for row in dialogue.sentences(self.train.turns) if row]
        self.vectors = dialogue.word_vectors(known, len(subject.words.vocabulary))
        counts = Counter(dialogue.references_of(self.train))
        self.common = {row for row, _ in counts.most_common(COMMON)}

    def scores(self, replies: Sequence[Sequence[Sentence]]) -> dict[str, float]:
        values = dialogue.measure(replies, self.references, self.vectors)
        dull = [tuple(reply) in self.common for several in replies for reply in several]
        values["dull_replies"] = fmean(dull)
        return values | {name: 100 * values[name] for name in PERCENT}

    def talk(self, row: int) -> list[tuple[str, str]]:
        """Speakers and turns of the context of a test pair."""
        test = self.subject.windows["test"]
        places = [place for place in self.pairs.context[row].tolist() if place >= 0]
        return [(test.speakers[place], test.turns[place]) for place in places]

    def said(self, row: int) -> str:
        """The reply of a test pair."""
        return self.subject.windows["test"].turns[int(self.pairs.replies[row])]

    @property
    def commonest(self) -> list[str]:
        """The dull replies as the model would write them."""
        longest = max(map(len, self.common)) + 1
        rows = sorted(self.common)
        ids = torch.tensor([[*row, 2, *[0] * (longest - len(row) - 1)] for row in rows])
        return list(self.subject.words.decode(ids))


@lru_cache(maxsize=1)
def held_out(subject: Subject) -> HeldOut:
    """Once for all studies of a checkpoint."""
    return HeldOut(subject)


def reply_scores(subject: Subject) -> Results:
    """Each number is the mean over sampling seeds; beside it the same of random replies."""
    test = held_out(subject)
    rows = [
        test.scores(dialogue.replies_of(_model(subject), test.pairs, REPLIES, seed=seed))
        for seed in SEEDS
    ]
    random = test.scores(dialogue.chance(test.train, len(test.pairs), REPLIES))
    coded = subject.info.latent_dim > 0
    settings: dict[str, Any] = {
        "replies": REPLIES,
        "sampling_seeds": len(SEEDS),
        "decoding": "greedy words of drawn codes" if coded else "drawn words",
    }
    for name in SCORES:
        values = [row[name] for row in rows]
        more: dict[str, Any] = {"deviation_over_seeds": float(f"{stdev(values):.3g}")}
        if name.startswith("bleu_papers"):
            more["nltk"] = version("nltk")
        if name.startswith("bow"):
            more["word_vectors"] = VECTORS
        if name == "dull_replies":
            more["commonest"] = test.commonest
        yield (
            name,
            Measured(
                value=fmean(values),
                n=len(test.pairs),
                reference=(random[name], "random training replies"),
                settings=settings | more,
            ),
        )


def reply_decodings(subject: Subject) -> Results:
    """Models with and without a code, their words chosen in the same way."""
    test = held_out(subject)
    for name, heat in WORDS.items():
        replies = dialogue.replies_of(_model(subject), test.pairs, REPLIES, heat=heat)
        score = dialogue.best_and_mean(replies, test.references, dialogue.bleu)
        n = len(test.pairs)
        yield f"{name}_sameness", Measured(value=dialogue.sameness(replies), n=n)
        yield f"{name}_bleu_f1", Measured(value=score.f1, n=n)


def reply_codes(subject: Subject) -> Results:
    """What the code carries."""
    acts = subject.model.config.__dict__.get("acts", ())
    pairs = encoded(subject.windows["test"], subject.words, acts)
    pairs = pairs.rows(torch.from_numpy(spread(len(pairs), PAIRS)))
    nll, rates = zip(*terms(_model(subject), pairs), strict=True)
    yield "reply_nll", mean(torch.cat(nll))
    if rates[0] is not None:
        yield "reply_kl", mean(torch.cat(rates))


@torch.inference_mode()
def terms(model: DialogueModel, pairs: Conversations) -> Iterator[tuple[Tensor, Tensor | None]]:
    """-log p(x|z,c) and KL of each pair, batch by batch; no KL where it has no closed form."""
    with seeded(0):
        for rows in torch.arange(len(pairs)).split(BATCH):
            context, x, _ = (part.to(model.device) for part in pairs.batch(rows))
            c = model.history(context)
            q, p = model.encode(x, context), model.prior_of(c)
            nll = -model.reply(q.sample(), c).log_prob(x)
            yield nll, _rate(q, p)


def _rate(q: Distribution, p: Distribution) -> Tensor | None:
    if isinstance(q, DiscreteVariables) and isinstance(p, DiscreteVariables):
        return (q.probs * (q.log_p - p.log_p)).sum((1, 2))
    known = isinstance(q, GaussianModes) and isinstance(p, GaussianModes) and p.means.shape[1] == 1
    return kl(q, p) if known else None


@torch.inference_mode()
def reply_modes(subject: Subject) -> Results:
    """Whether the modes of a mixture are used, and mean something."""
    from sklearn.metrics import silhouette_score

    test, model = held_out(subject), _model(subject)
    weights, places, modes = [], [], []
    with seeded(0):
        for rows in torch.arange(len(test.pairs)).split(BATCH):
            c = model.history(test.pairs.batch(rows)[0].to(model.device))
            prior = cast(Made, model.prior_of(c))
            noise = cast(GaussianModes, prior.noise)
            weights.append(noise.weights)
            for mode in range(noise.means.shape[1]):
                e = noise.means[:, mode] + noise.scales[:, mode] * torch.randn_like(
                    noise.means[:, mode]
                )
                z = cast(Made, model.prior_of(c)).make(e)
                words = model.reply(z, c).generate(0.0, forbid=(UNK,)).cpu()
                places.append(_meanings(dialogue.sentences(words), test.vectors))
                modes.append(np.full(len(rows), mode))
        shares = torch.cat(weights).mean(0).double()
        entropy = -(shares * shares.clamp(min=1e-12).log()).sum()
        yield "effective_modes", Measured(value=float(entropy.exp()), n=len(test.pairs))
        several = weights[0].shape[1]
        table = _by_context(places, several)
        labels = _by_context(modes, several)
        off = (table - table.mean(1, keepdims=True)).reshape(-1, table.shape[-1])
        flat = labels.reshape(-1)
        shuffled = np.random.default_rng(0).permutation(flat)
        yield (
            "mode_silhouette",
            Measured(
                value=float(silhouette_score(off, flat)),
                n=len(off),
                reference=(float(silhouette_score(off, shuffled)), "shuffled modes"),
                settings={"word_vectors": VECTORS, "replies": several},
            ),
        )


def reply_actions(subject: Subject) -> Results:
    """Whether the model reads in its reply the action that it was asked for."""
    test, space = held_out(subject), subject.space
    actions = space.speaker.actions
    rng = np.random.default_rng(0)
    asked = rng.choice(len(actions), len(test.pairs))
    read = []
    for row, action in enumerate(asked):
        talk = test.talk(row)
        [reply] = space.respond(talk, 1, seed=row, action=actions[action]).replies
        readable = subject.words.complaint(subject.words.tokens(reply.text)) is None
        read.append(space.encode_reply(talk, reply.text, seed=0).action if readable else None)
    names = np.array(actions)[asked]
    shuffled = rng.permutation(names)
    by_chance = float(np.mean(shuffled == np.array(read)))
    if not space.speaker.model.tells_acts:
        by_part = 100 * _parts_alike(shuffled.tolist(), read)
        yield (
            "action_parts_obeyed",
            Measured(
                value=100 * _parts_alike(names.tolist(), read),
                n=len(read),
                reference=(by_part, "shuffled requests"),
            ),
        )
    yield (
        "action_obeyed",
        share(
            [one == name for one, name in zip(read, names, strict=True)],
            reference=(100 * by_chance, "shuffled requests"),
            settings={"actions": len(actions), "typical": typical(subject, test.train)},
        ),
    )


def _parts_alike(asked: Sequence[str], read: Sequence[str | None]) -> float:
    """Share of the variables of actions, "0-4-2", that are the same; none of what was not read."""
    return fmean(
        found is not None and one == other
        for name, found in zip(asked, read, strict=True)
        for one, other in zip(name.split("-"), (found or name).split("-"), strict=True)
    )


def single_replies(subject: Subject) -> Results:
    """One reply to each context, as the papers on learned actions report, in percent."""
    test = held_out(subject)
    references = dialogue.references_of(test.all)
    random = [several[0] for several in dialogue.chance(test.train, len(test.all), 1)]

    def scores(replies: Sequence[Sentence]) -> dict[str, float]:
        alike = dialogue.best_likeness([[one] for one in replies], references, test.vectors)
        total = dialogue.bleu_of_corpus(replies, references)
        return {"bleu": total} | alike._asdict()

    replies = dialogue.likeliest_replies(_model(subject), test.all)
    mine, theirs = scores(replies), scores(random)
    for name, value in mine.items():
        more: dict[str, Any] = {"word_vectors": VECTORS}
        if name == "bleu":
            lengths = {"length": fmean(map(len, replies))}
            lengths["reference_length"] = fmean(map(len, references))
            more = lengths | {"nltk": version("nltk"), "cases": cases(subject)}
            more["action_found"] = _found(_model(subject), test.all)
        yield (
            f"single_{name}",
            Measured(
                value=100 * value,
                n=len(test.all),
                reference=(100 * theirs[name], "random training replies"),
                settings=more,
            ),
        )


@torch.inference_mode()
def _found(model: DialogueModel, pairs: Conversations) -> float | None:
    """Percentage of contexts whose likeliest action is that of the reply; None without actions."""
    if not model.actions or model.tells_acts:
        return None
    same = []
    for rows in torch.arange(len(pairs)).split(BATCH):
        context, x, _ = (part.to(model.device) for part in pairs.batch(rows))
        same.append((model.encode(x).mode == model.prior(context).mode).all(1))
    return 100 * float(torch.cat(same).double().mean())


def cases(subject: Subject) -> list[dict[str, Any]]:
    """Held-out contexts, the likeliest actions, and the likeliest words of each."""
    test, space = held_out(subject), subject.space
    if not space.speaker.actions:
        return []
    found = []
    for row in spread(len(test.pairs), CASES).tolist():
        talk = test.talk(row)
        chosen = space.moves(talk, seed=0).actions[:CHOICES]
        said = [
            space.respond(talk, 1, action=action.name, token_temperature=0.0).replies[0].text
            for action in chosen
        ]
        found.append(
            {
                "talk": [list(turn) for turn in talk],
                "reply": test.said(row),
                "moves": [
                    {"action": action.name, "probability": round(action.probability, 4)}
                    | {"reply": text}
                    for action, text in zip(chosen, said, strict=True)
                ],
            }
        )
    return found


@torch.inference_mode()
def typical(subject: Subject, train: Conversations) -> dict[str, list[str]]:
    """For each action the commonest replies of the training set that have it more than others."""
    model, actions = _model(subject), subject.space.speaker.names
    if model.tells_acts:
        pairs = train.rows((train.acts >= 0).nonzero()[:, 0])
        names = actions(torch.empty(0), pairs.acts)
    else:
        pairs = train.rows(torch.from_numpy(spread(len(train), READ)))
        x = pairs.turns[pairs.replies].to(model.device)
        names = actions(torch.cat([model.encode(part).mode for part in x.split(BATCH)]), None)
    counts = Counter(zip(dialogue.references_of(pairs), names, strict=True))
    found: dict[str, list[str]] = {}
    taken: set[Sentence] = set()
    for (reply, name), _ in counts.most_common():
        few = found.setdefault(str(name), [])
        if reply and reply not in taken and UNK not in reply and len(few) < TYPICAL:
            few.append(subject.words.written([subject.words.vocabulary[id] for id in reply]))
        taken.add(reply)
    return {name: few for name, few in found.items() if few}


@torch.inference_mode()
def neighbouring_turns(subject: Subject) -> Results:
    """What a code tells of the turns beside its own; the reference has codes of other turns."""
    model = cast(DIVST, subject.model)
    pairs = encoded(subject.windows["test"], subject.words)
    rows = torch.from_numpy(spread(len(pairs), PAIRS))
    x, *beside = (part.to(subject.device) for part in pairs.neighbours(rows))
    z = model.encode(x).sample()
    others = z[torch.randperm(len(z)).to(z.device)]
    tells: tuple[Callable[[Tensor], Distribution], ...] = model.decode_previous, model.decode
    for name, tell, turns in zip(("previous_nll", "next_nll"), tells, beside, strict=True):
        there = (turns != PAD).any(1)
        nll, by_chance = (-tell(codes[there]).log_prob(turns[there]) for codes in (z, others))
        yield name, mean(nll, reference=(float(by_chance.mean()), "codes of other turns"))


def _by_context(parts: list[np.ndarray], modes: int) -> np.ndarray:
    """[contexts, modes, …] of parts that come by batch, and within it by mode."""
    batches = [np.stack(parts[i : i + modes], 1) for i in range(0, len(parts), modes)]
    return np.concatenate(batches)


def _meanings(replies: Sequence[Sentence], vectors: np.ndarray) -> np.ndarray:
    """Mean word vector of each reply, [n, D]; zeros for one without words."""
    return np.stack(
        [vectors[list(row)].mean(0) if row else np.zeros(vectors.shape[1]) for row in replies]
    )


def _model(subject: Subject) -> DialogueModel:
    return cast(DialogueModel, subject.model)


def _has_modes(subject: Subject) -> bool:
    return subject.info.config.get("components", 1) > 1 and subject.info.model.startswith("dialog")


def _codes(subject: Subject) -> Names:
    """The KL is of models whose codes have densities, or are discrete."""
    known = subject.info.model in ("vhred", "cvae", "cvae_ae", "st_ed")
    return ("reply_nll", "reply_kl") if known else ("reply_nll",)


def _obeyed(subject: Subject) -> Names:
    """Acts that a code tells are no parts of anything."""
    names = ("action_parts_obeyed", "action_obeyed")
    return names[1:] if _model(subject).tells_acts else names


STUDIES = (
    Study(
        names=("previous_nll", "next_nll"),
        measure=neighbouring_turns,
        needs=frozenset({"encode"}),
        where=lambda subject: subject.model.reads == "neighbours",
    ),
    Study(names=_codes, measure=reply_codes, needs=frozenset({"respond"})),
    Study(names=SCORES, measure=reply_scores, needs=frozenset({"respond"})),
    Study(
        names=tuple(f"{way}_{what}" for way in WORDS for what in ("sameness", "bleu_f1")),
        measure=reply_decodings,
        needs=frozenset({"respond"}),
    ),
    Study(
        names=tuple(f"single_{name}" for name in ("bleu", *dialogue.Likeness._fields)),
        measure=single_replies,
        needs=frozenset({"respond"}),
        where=lambda subject: subject.info.dataset == ALONE,
    ),
    Study(
        names=_obeyed,
        measure=reply_actions,
        needs=frozenset({"respond"}),
        where=lambda subject: bool(_model(subject).actions),
    ),
    Study(
        names=("effective_modes", "mode_silhouette"),
        measure=reply_modes,
        needs=frozenset({"respond"}),
        where=_has_modes,
    ),
)
