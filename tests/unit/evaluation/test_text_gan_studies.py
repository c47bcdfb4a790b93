"""What text GANs are measured by: exact numbers of the toy language, and BLEU without targets."""

import math
import random
from pathlib import Path

import pytest
import torch
from sacrebleu.metrics import BLEU

from backend.corpora import toy_language
from backend.device import seeded
from backend.evaluation import bleu, phases
from backend.models.lm import lstm_lm
from backend.processors.text import TextProcessor

LANGUAGE = toy_language.language()
P = list(LANGUAGE.values())
ENTROPY = -sum(p * math.log(p) for p in P)


def test_the_language_itself_has_learned_the_language() -> None:
    found = phases.of_the_language()
    assert found["language_nll"] == pytest.approx(ENTROPY)
    assert found["sample_nll"] == pytest.approx(ENTROPY - math.log(0.99), abs=1e-3)
    assert found["grammatical"] == pytest.approx(100)
    assert found["effective_sentences"] == pytest.approx(math.exp(ENTROPY))
    assert found["covered"] == pytest.approx(100 * sum(p * (1 - (1 - p) ** 10_000) for p in P))


def test_a_sentence_repeated_is_likely_and_covers_nothing() -> None:
    best = max(P)
    log_g = [math.log(0.7) if p == best else -200.0 for p in P]
    share = P.count(best)
    found = phases.quantities([g - math.log(share) * (g > -9) for g in log_g], P)
    assert found["grammatical"] == pytest.approx(70)
    assert found["effective_sentences"] == pytest.approx(share)
    assert found["covered"] == pytest.approx(100 * best * share)
    assert found["language_nll"] > 100
    # One per cent of the smoothed language is any of the sequences of up to seven words.
    sequences = sum(34**length for length in range(1, 8))
    price = -math.log(0.01 / sequences)
    likely = -math.log(0.99 * best + 0.01 / sequences)
    assert found["sample_nll"] == pytest.approx(0.7 * likely + 0.3 * price)


def test_what_a_model_knows_is_summed_over_all_sentences() -> None:
    words = TextProcessor.train(LANGUAGE, 1, toy_language.LONGEST)
    size = len(words.vocabulary)
    config = lstm_lm.Config(vocab_size=size, max_len=8, embedding_dim=8, hidden_dim=8)
    with seeded(0):
        model = lstm_lm.LSTMLM(config).eval()
    found = phases.exact(model, words)
    with torch.inference_mode():
        log_g = torch.cat([model.log_prob(words.encode([s])) for s in LANGUAGE if len(s) < 12])
    short = [p for s, p in LANGUAGE.items() if len(s) < 12]
    few = phases.quantities(log_g.tolist(), short)
    assert 0 < few["grammatical"] < found["grammatical"] < 5
    assert found["language_nll"] > ENTROPY
    with pytest.raises(ValueError, match=r"does not know all words: .*these"):
        phases.exact(model, TextProcessor.train(["a cat sleeps"], 1))


def test_a_file_of_phases_is_read_or_says_what_is_wrong(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(phases.checkpoint, "info", lambda name: type("I", (), {"path": tmp_path}))
    with pytest.raises(ValueError, match="Nothing was measured along the training of x"):
        phases.read("x")
    values = ", ".join(f'"{id}": {i}' for i, id in enumerate(phases.EXACT))
    row = f'{{"step": 100, "seconds": 1.0, "values": {{{values}}}}}'
    (tmp_path / phases.FILE).write_text(f'{{"format_version": 1, "moments": [{row}]}}', "utf-8")
    found = phases.read("x")
    assert found.moments[0].step == 100 and found.moments[0].values["grammatical"] == 2
    assert found.reference["language_nll"] == pytest.approx(ENTROPY)
    (tmp_path / phases.FILE).write_text('{"format_version": 1, "moments": [{}]}', "utf-8")
    with pytest.raises(ValueError, match=r"phases.json of x is damaged: 'step'"):
        phases.read("x")


def sentences(n: int, seed: int) -> list[list[int]]:
    draw = random.Random(seed)
    return [[draw.randrange(6) for _ in range(draw.randint(1, 9))] for _ in range(n)]


def judged(sentence: list[int], references: list[list[int]]) -> float:
    rules = BLEU(
        tokenize="none",
        smooth_method="floor",
        smooth_value=0.1,
        effective_order=True,
        force=True,
    )
    said, *others = [" ".join(map(str, one)) for one in (sentence, *references)]
    return rules.sentence_score(said, others).score


def test_bleu_against_many_is_sacrebleu_s() -> None:
    samples, references = sentences(40, 0), sentences(15, 1)
    wanted = [judged(one, references) for one in samples]
    assert bleu.against(samples, references) == pytest.approx(wanted)
    assert bleu.against([[], [99]], references) == [0, 0]
    with pytest.raises(ValueError, match="at least one reference"):
        bleu.against(samples, [])


def test_no_sentence_is_its_own_reference() -> None:
    samples = [*sentences(30, 2), [1, 2, 3, 4], [1, 2, 3, 4], [7, 8, 9]]
    others = [samples[:i] + samples[i + 1 :] for i in range(len(samples))]
    wanted = [judged(one, rest) for one, rest in zip(samples, others, strict=True)]
    found = bleu.among_themselves(samples)
    assert found == pytest.approx(wanted)
    assert found[-1] == 0 and found[-2] == found[-3] == pytest.approx(100)
    with pytest.raises(ValueError, match="at least two"):
        bleu.among_themselves(samples[:1])
