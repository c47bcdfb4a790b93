"""Three cheap numbers of every shipped checkpoint, computed again from its weights.

What ``metrics.json`` says was measured on all held-out items, mostly 10,000 pictures or 2,000
sentences. Here a part of them, spread evenly, has to give the same to within four standard errors
of that part; what costs next to nothing is measured on all of them and is held to 0.1 percent.
"""

import functools
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from backend import checkpoint, corpora
from backend.base import GenerativeModel
from backend.checkpoint import CheckpointInfo
from backend.corpora import Split, dialogues
from backend.device import seeded
from backend.distributions.sequence import PAD
from backend.evaluation import dialogue, images, likelihood, text
from backend.evaluation.pictures import grey, judge, judge_of
from backend.evaluation.studies.dialogue import terms
from backend.objectives.divergences import kl_to_components, variance_of_means
from backend.objectives.priors import GaussianMixture, StandardNormal
from backend.processors import load_processor
from backend.processors.text import UNK
from backend.space import ATYPICAL, LatentSpace

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("read_once")]
WITH_CODES = [info.name for info in checkpoint.available({"decode"})]
REPLYING = [info.name for info in checkpoint.available({"respond"})]
DOMAINS = [  # in ``test_shipped_domains``
    info.name for info in checkpoint.available() if corpora.corpus(info.dataset).domains
]
SHIPPED = [info.name for info in checkpoint.available() if info.name not in (*REPLYING, *DOMAINS)]
NEIGHBOURS = "text_vae/di_vst--smd"  # its other numbers are of turns beside a turn
DEVIATIONS = 4
DRAWN = ("recon_nll", "mse_shuffled", "sharpness", "classified_digit", "ms_ssim")  # at random
Values = Iterator[tuple[str, float, float]]  # id, value, how far the stored one may be


def spread(n: int, wanted: int) -> list[int]:
    """At most ``wanted`` of n places, at equal distances."""
    return [i * n // wanted for i in range(wanted)] if n > wanted else list(range(n))


def mean(id: str, values: Tensor, factor: float = 1.0) -> tuple[str, float, float]:
    values = factor * values.double()
    return id, float(values.mean()), DEVIATIONS * likelihood.standard_error(values)


class Held:
    """A checkpoint, and ``wanted`` test items as it takes them."""

    def __init__(self, info: CheckpointInfo, test: Split, wanted: int) -> None:
        self.model: GenerativeModel = checkpoint.load_model(info.name)
        self.processor = load_processor(info.modality, info.path)
        rows = spread(len(test.items), wanted)
        items = test.items[rows] if info.modality == "image" else [test.items[i] for i in rows]
        if info.modality == "text":
            readable = self.processor.readable_rows(items)
            rows, items = [rows[i] for i in readable], [items[i] for i in readable]
        self.x = self.processor.encode(items)
        self.labels = None if test.labels is None else torch.as_tensor(test.labels)[rows]


def classifier(held: Held, info: CheckpointInfo) -> Values:
    guesses = torch.cat([held.model.logits(x).argmax(1) for x in held.x.split(250)])
    yield mean("accuracy", guesses == held.labels)


def language_model(held: Held, info: CheckpointInfo) -> Values:
    nll, words = -held.model.log_prob(held.x), (held.x != PAD).sum(1)
    yield mean("nll", nll)
    error = likelihood.perplexity_stderr(nll, words)
    yield "ppl", likelihood.perplexity(nll, words), DEVIATIONS * error


def translator(held: Held, info: CheckpointInfo) -> Values:
    """Nats a word; BLEU of a part is no estimate of that of all."""
    source, target, _ = held.model.split(held.x)
    nll = -held.model.translations(source).log_prob(target).double()
    words = (target != PAD).sum(1)
    value = nll.sum() / words.sum()
    error = likelihood.standard_error(nll - value * words) / words.double().mean()
    yield "translation_nll", float(value), DEVIATIONS * float(error)


def with_codes(held: Held, info: CheckpointInfo) -> Values:
    """Bound, reconstruction, and what the prior or the code says by itself."""
    model, x = held.model, held.x
    told = held.labels if info.classes else None
    q = model.encode(x, told)
    if "kl" in info.metrics:
        with seeded(0):
            bound = likelihood.bound(model, x, told)
        yield mean("recon_nll", bound.recon_nll)
        yield mean("kl", bound.kl)
    elif "recon_nll" in info.metrics:
        yield mean("recon_nll", -model.decode(q.mode).log_prob(x))
    if info.modality == "text":
        yield from sentences(held, info)
    else:
        yield from pictures(held, info)


def sentences(held: Held, info: CheckpointInfo) -> Values:
    q = held.model.encode(held.x)
    if "components" in info.capabilities:
        q_c = held.model.assign(held.x).double()
        even = (torch.xlogy(q_c, q_c) + q_c * math.log(q_c.shape[-1])).sum((1, 2))
        yield mean("kl_c_exact", even)
        if isinstance(held.model.prior, GaussianMixture):
            means = held.model.prior.means
            each = kl_to_components(q, means, held.model.prior.log_var)
            yield mean("kl_z_components", (q_c * each).sum((1, 2)))
            yield "mean_variance", float(variance_of_means(means)), 0.0
    else:
        made = text.sentences(held.model.decode(q.mode).generate(forbid=(UNK,)))
        same = text.same(made, text.sentences(held.x))
        share = info.metrics["exact_match"]["value"] / 100  # a part may hold none of a few
        error = math.sqrt(share * (1 - share) / len(same))
        yield "exact_match", 100 * sum(same) / len(same), DEVIATIONS * 100 * error
        if "active_units" in info.metrics:
            activity = likelihood.activity(q.mean)  # its relative error is about √(2/n)
            slack = 1 + DEVIATIONS * math.sqrt(2 / len(held.x))
            few, many = (
                int((activity >= likelihood.ACTIVE_VARIANCE * by).sum())
                for by in (slack, 1 / slack)
            )
            yield "active_units", (few + many) / 2, (many - few) / 2


def pictures(held: Held, info: CheckpointInfo) -> Values:
    """Copies of pictures, of known classes where the model can be told them."""
    model, told = held.model, held.labels if info.classes else None
    z = model.encode(held.x, told).mode
    yield mean("mse", images.mean_squared_error(held.x, model.decode(z, told).mean))
    if "kl" in info.metrics:
        return
    order = torch.randperm(len(z), generator=torch.Generator().manual_seed(0))
    yield mean("mse_shuffled", images.mean_squared_error(held.x, model.decode(z[order]).mean))
    if "recon_nll" not in info.metrics:
        yield from samples(held, info)


def samples(held: Held, info: CheckpointInfo) -> Values:
    """What the model draws by itself."""
    with seeded(0):
        z = getattr(held.model, "prior", StandardNormal(info.latent_dim)).draw(len(held.x))
    made = held.model.decode(z).mean
    yield mean("sharpness", images.sharpness(grey(made)))
    if "encode" not in info.capabilities:
        judged = judge(judging(info.dataset), made)
        yield mean("classified_digit", images.recognised(judged.probabilities), 100)
        half = len(made) // 2
        id, value, error = mean("ms_ssim", images.ms_ssim(made[:half], made[half:]))
        yield id, 1 - value, error


@functools.cache
def judging(dataset: str) -> GenerativeModel:
    return checkpoint.load_model(judge_of(dataset))


def kind(info: CheckpointInfo) -> tuple[Callable[[Held, CheckpointInfo], Values], int, int]:
    """How it is measured, on how many items, and how many numbers there are."""
    if "classify" in info.capabilities:
        return classifier, 1000, 1  # it has no other number
    if "log_prob" in info.capabilities:
        return language_model, 300, 2  # nor these
    if "translate" in info.capabilities:
        return translator, 300, 1
    if "encode" not in info.capabilities:
        return samples, 1000, 3
    if info.modality == "text":
        few = {"text_vae/text_ae--tatoeba": 2, "text_gan/arae--snli": 2, NEIGHBOURS: 1}
        return with_codes, 200, few.get(info.name, 3)
    return with_codes, 500 if info.config.get("net") == "conv" else 10_000, 3


@functools.cache
def held_out(dataset: str, cleaned: bool) -> Split:
    """``cleaned`` of what stands in the training split, too."""
    try:
        return (corpora.load if cleaned else corpora.published)(dataset)["test"]
    except corpora.MissingCorpus as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("name", SHIPPED)
@torch.inference_mode()
def test_the_numbers_of_a_checkpoint_are_those_of_its_weights(name: str) -> None:
    info = checkpoint.info(name)
    measure, wanted, least = kind(info)
    cleaned = {id: "removed" in entry["settings"] for id, entry in info.metrics.items()}
    checked = set()
    for version in {cleaned[id] for id in cleaned}:
        held = Held(info, held_out(info.dataset, version), wanted)
        for id, value, error in measure(held, info):
            if cleaned[id] != version:
                continue
            checked.add(id)
            stored = info.metrics[id]
            everything = len(held.x) == stored["n"] and id not in DRAWN
            allowed = 1e-3 * abs(stored["value"]) + (0.0 if everything else error)
            assert abs(value - stored["value"]) <= allowed, (
                f"{id} comes out as {value:g}, metrics.json has {stored['value']:g}"
            )
    assert len(checked) >= least


@pytest.mark.parametrize("name", WITH_CODES)
def test_codes_of_data_are_atypical_as_often_as_is_said(name: str) -> None:
    """1 % of draws of the aggregate posterior are meant to be flagged; no model flags its own."""
    space = LatentSpace.load(name, "cpu")
    if "respond" in space.info.capabilities:
        pytest.skip("codes are drawn given a conversation")
    draws = space.sample_codes(2000, source="aggregate", seed=1)
    typicality = space.typicality(draws)
    assert 0.005 <= np.mean(typicality < ATYPICAL) <= 0.02
    assert np.mean(typicality) == pytest.approx(50, abs=3)  # uniform: high is typical
    if not (space.discrete or space.spherical):  # where any vector stands for a code
        assert space.typicality(np.full((1, space.latent_dim), 1e3, np.float32)) == 0


@functools.cache
def conversations(dataset: str) -> dict[str, dialogues.Windows]:
    try:
        return dialogues.load(dataset)
    except corpora.MissingCorpus as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("name", REPLYING)
@torch.inference_mode()
def test_the_numbers_of_a_dialogue_model_are_those_of_its_weights(name: str) -> None:
    """NLL and KL of 300 of the pairs, and the words of replies to some of them."""
    info = checkpoint.info(name)
    model = checkpoint.load_model(name)
    processor = load_processor("text", info.path)
    windows = conversations(info.dataset)["test"]
    pairs = dialogues.encoded(windows, processor, info.config.get("acts", ()))
    few = pairs.rows(torch.tensor(spread(len(pairs), 300)))
    nll, rates = zip(*terms(model, few), strict=True)
    found = {"reply_nll": torch.cat(nll)}
    if "reply_kl" in info.metrics:
        found["reply_kl"] = torch.cat(rates)
    for id, values in found.items():
        stored = info.metrics[id]
        assert stored["settings"]["removed"] == windows.removed
        allowed = DEVIATIONS * likelihood.standard_error(values)
        assert abs(float(values.mean()) - stored["value"]) <= allowed
    some = few.rows(torch.arange(0, 300, 3))
    replies = dialogue.replies_of(model, some, 10, seed=5)
    length = [len(reply) for several in replies for reply in several]
    assert np.mean(length) == pytest.approx(info.metrics["reply_length"]["value"], rel=0.15)
    sameness = info.metrics["reply_sameness"]["value"]
    assert dialogue.sameness(replies) == pytest.approx(sameness, rel=0.2)


def test_a_code_tells_the_turns_beside_its_own() -> None:
    info, model = checkpoint.info(NEIGHBOURS), checkpoint.load_model(NEIGHBOURS)
    try:
        windows = dialogues.load(info.dataset)["test"]
    except corpora.MissingCorpus as error:
        pytest.skip(str(error))
    pairs = dialogues.encoded(windows, load_processor("text", info.path))
    x, *beside = pairs.neighbours(torch.tensor(spread(len(pairs), 300)))
    z = model.encode(x).mode
    tells = model.decode_previous, model.decode
    for id, tell, turns in zip(("previous_nll", "next_nll"), tells, beside, strict=True):
        there = (turns != PAD).any(1)
        _, value, allowed = mean(id, -tell(z[there]).log_prob(turns[there]))
        stored = info.metrics[id]
        assert abs(value - stored["value"]) <= allowed
        assert stored["value"] < stored["reference"] - 5
    space = LatentSpace.load(NEIGHBOURS, "cpu")
    codes = space.encode(["Thank you."])
    assert space.decode(codes) == ["You’re welcome!"] and len(space.decode_previous(codes)) == 1
    with pytest.raises(ValueError, match="does not tell what was said before"):
        LatentSpace.load("text_vae/dgmvae--smd", "cpu").decode_previous(np.zeros((1, 6)))
