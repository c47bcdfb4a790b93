"""The public interface, on shipped checkpoints: the promises it makes and the input it refuses."""

import math

import numpy as np
import pytest
import torch

import backend
from backend.evaluation.examples import evaluate, read_examples
from backend.evaluation.gauges import failures
from backend.processors.text import UNK, TextProcessor
from backend.space import SOURCES, LatentSpace

SPACES = [info.name for info in backend.available(requires={"encode", "decode"})]
IMAGE = "vae/vae--mnist--2d"
TEXT = "text_vae/text_vae--tatoeba"


@pytest.fixture(scope="module")
def loaded():
    """Spaces loaded once for the whole module, by name."""
    cache: dict[str, LatentSpace] = {}

    def get(name: str) -> LatentSpace:
        if name not in cache:
            cache[name] = backend.load(name, device="cpu")
        return cache[name]

    return get


def same(a, b) -> bool:
    return a == b if isinstance(a, list) else np.array_equal(a, b)


@pytest.mark.parametrize("name", [info.name for info in backend.available({"decode"})])
def test_every_shipped_checkpoint_still_does_what_it_did(name: str) -> None:
    stored, now = read_examples(name), evaluate(name)
    np.testing.assert_allclose(now["codes"], stored["codes"], atol=2e-3)
    known = [np.array(one["log_p_z"], float) for one in (now, stored)]  # NaN where not known
    np.testing.assert_allclose(*known, atol=0.05)
    for part in ("decoded", "samples"):
        if isinstance(stored[part][0], str):
            processor = TextProcessor.load(backend.info(name).path)
            assert now[part] == [processor.prose(text) for text in stored[part]]
        else:
            np.testing.assert_allclose(now[part], stored[part], atol=0.5)


@pytest.mark.parametrize("name", SPACES)
def test_promises_of_the_interface(loaded, name: str) -> None:
    space = loaded(name)
    items = space.sample(5, seed=1)
    torch.rand(3)  # whatever else the process does
    assert same(space.sample(5, seed=1), items)
    assert (space.sample_codes(5, seed=1) != space.sample_codes(5, seed=2)).any()
    if not any(failure.label == "posterior collapsed" for failure in failures(space.info)):
        assert not same(space.sample(5, seed=2), items)
    z = space.encode(items)
    assert z.shape == (5, space.latent_dim)
    assert z.dtype == np.float32
    assert same(space.decode(z), space.reconstruct(items))
    drawn = space.encode(items, draw=3)
    assert (space.encode(items, draw=3) == drawn).all()
    if not any(unit.kl for unit in space.units()):  # a plain auto-encoder's posterior is a point
        assert (drawn == z).all()
    elif not space.discrete:  # q(c|x) may be sure
        assert (space.encode(items, draw=4) != drawn).all()
    path = space.interpolate(items[0], items[1], steps=4, refine=False)
    assert len(path) == 4
    assert same(path[:1], space.decode(z[:1]))
    assert same(path[-1:], space.decode(z[1:2]))
    if not space.words:
        assert items.dtype == np.uint8
        coloured = space.info.config["data_shape"][0] == 3
        assert items.shape == ((5, 28, 28, 3) if coloured else (5, 28, 28))
    assert len(space.codes) <= 2000
    tensors = [*space.model.parameters(), *space.model.buffers()]
    assert space.nbytes == sum(t.nbytes for t in tensors) + space.codes.nbytes > 100_000


def test_draws_of_the_posterior_lie_around_its_mean_as_far_as_it_says(loaded) -> None:
    space = loaded("vae/vae--mnist--2d")
    item = space.sample(1, seed=0)
    draws = np.concatenate([space.encode(item, draw=seed) for seed in range(400)])
    q = space.model.encode(space.read(item))
    scale = q.stddev[0].detach().numpy()
    assert np.abs(draws.mean(0) - space.encode(item)[0]).max() < 4 * scale.max() / 20
    np.testing.assert_allclose(draws.std(0), scale, rtol=0.2)


@pytest.mark.parametrize("name", ["gan/dcgan--mnist", "gan/wgan_gp--color-mnist"])
def test_a_model_without_an_encoder_says_so_and_does_the_rest(loaded, name: str) -> None:
    space = loaded(name)
    items = space.sample(5, seed=1)
    assert same(items, space.sample(5, seed=1)) and not same(items, space.sample(5, seed=2))
    with pytest.raises(ValueError, match="has no encoder"):
        space.encode(items)
    found = space.inspect(space.sample_codes(3, seed=1))
    assert all(math.isnan(point.round_trip) and math.isnan(point.log_p_x) for point in found)
    assert all(math.isfinite(point.log_p_z) for point in found)
    assert space.labels is None and space.codes.shape == (2000, space.latent_dim)


@pytest.mark.parametrize("name", [IMAGE, TEXT])
def test_chunks_together_are_the_whole(loaded, name: str) -> None:
    space = loaded(name)
    z = space.sample_codes(150, seed=3)
    whole = space.decode(z, token_temperature=0.7, seed=4)
    chunks = list(space.decode_chunks(z, token_temperature=0.7, seed=4))
    assert [len(chunk) for chunk in chunks] == [64, 64, 22]
    assert same(whole, space.processor.join(chunks))


@pytest.mark.parametrize("name", [IMAGE, TEXT])
def test_inspection_is_consistent(loaded, name: str) -> None:
    space = loaded(name)
    z = np.concatenate([space.codes[:8], 50 * np.ones((1, space.latent_dim), np.float32)])
    points = space.inspect(z)
    for point, item in zip(points, space.decode(z), strict=True):
        assert np.array_equal(point.item, item)
    normal = torch.distributions.Normal(0, 1)
    expected = normal.log_prob(torch.from_numpy(z)).sum(1)
    np.testing.assert_allclose([p.log_p_z for p in points], expected, rtol=1e-4)
    assert all(p.log_p_x <= 0 for p in points)
    assert all(0 <= p.round_trip <= 1 and 0 <= p.typicality <= 100 for p in points)
    assert points[-1].atypical
    assert sum(p.atypical for p in points[:8]) <= 1


@pytest.mark.parametrize("name", [IMAGE, TEXT])
def test_inspection_says_what_the_model_says(loaded, name: str) -> None:
    """Of more pictures than are looked at together, and a few sentences."""
    space = loaded(name)
    near = 60 if name == IMAGE else 4
    z = np.concatenate([space.codes[:near], 1.5 * space.codes[60:66], 4 * space.codes[66:70]])
    points = space.inspect(z)
    with torch.inference_mode():
        codes = torch.from_numpy(z)
        p = space.model.decode(codes)
        x = p.generate(0.0, forbid=(UNK,)) if space.words else p.mean
        again = space.model.decode(space.model.encode(x).mode)
        copy = again.generate(0.0, forbid=(UNK,)) if space.words else again.mean
        items, copies = space.processor.decode(x), space.processor.decode(copy)
        trips = [space.processor.likeness(*pair) for pair in zip(items, copies, strict=True)]
        usual = torch.from_numpy(space.sample_codes(2000, source="aggregate"))
        drawn, own = (space.aggregate().log_prob(part) for part in (usual, codes))
    np.testing.assert_allclose([one.log_p_x for one in points], p.log_prob(x), rtol=1e-4)
    np.testing.assert_allclose([one.round_trip for one in points], trips, atol=1e-3)
    below = [100 * (drawn < density).float().mean().item() for density in own]
    np.testing.assert_allclose([one.typicality for one in points], below, atol=0.11)
    np.testing.assert_allclose(space.typicality(z), below, atol=0.11)
    assert [one.atypical for one in points] == [one.typicality < 1 for one in points]
    assert 0 < sum(one.atypical for one in points) < len(z) and len(set(trips)) > 1


def test_temperature_scales_the_spread(loaded) -> None:
    space = loaded(IMAGE)
    np.testing.assert_allclose(
        space.sample_codes(100, seed=0, temperature=0.5), 0.5 * space.sample_codes(100, seed=0)
    )
    cold = space.sample_codes(200, seed=0, temperature=0, source="aggregate")
    assert len(np.unique(cold, axis=0)) <= len(space.statistics.means)


def test_the_source_of_codes_is_the_one_that_is_asked_for(loaded) -> None:
    """The codes of an auto-encoder spread much wider than the prior does."""
    space = loaded("ae/ae--mnist--2d")
    drawn = {source: space.sample_codes(2000, seed=0, source=source) for source in SOURCES}
    np.testing.assert_allclose(drawn["prior"].std(0), [1, 1], atol=0.1)
    np.testing.assert_allclose(drawn["aggregate"].std(0), space.codes.std(0), rtol=0.2)
    assert (space.codes.std(0) > 2).all()

    def density(z: np.ndarray) -> float:
        return space.aggregate().log_prob(torch.from_numpy(z)).mean().item()

    assert density(drawn["aggregate"]) == pytest.approx(density(space.codes), abs=0.3)
    hot = space.sample_codes(2000, seed=0, temperature=2.0, source="aggregate")
    assert density(hot) < density(drawn["aggregate"]) - 0.3


def test_planes_traversals_and_arithmetic(loaded) -> None:
    space = loaded(TEXT)
    z = space.codes[:3]
    plane = space.plane(*z)
    np.testing.assert_allclose(plane.at(1, 0), z[1], atol=1e-5)
    unit = space.units()[0].index
    walk = space.traverse(z[0], unit, [-2, 0, 2])
    assert walk[:, unit].tolist() == [-2, 0, 2]
    others = np.delete(walk, unit, axis=1)
    assert (others == np.delete(z[0], unit)).all()
    codes = space.encode(["i like tea .", "he likes tea .", "it is raining ."])
    np.testing.assert_allclose(
        space.arithmetic("i like tea .", "he likes tea .", "it is raining ."),
        codes[0] - codes[1] + codes[2],
    )
    four = ["i am .", "you are .", "he is .", "we are ."]
    assert space.corners(four, 3).shape == (9, 32)
    assert space.corners(four).shape == (25, 32)  # 5 a side where nothing is said
    assert len(space.interpolate(*four[:2])) == 8
    activities = [u.activity for u in space.units()]
    assert activities == sorted(activities, reverse=True)
    for unit in space.units():
        assert unit.activity == pytest.approx(space.statistics.activity[unit.index])
        assert unit.kl == pytest.approx(space.statistics.kl[unit.index])
    assert space.neighbours(z)[:, 0].tolist() == [0, 1, 2]


def test_each_part_of_many_items_has_draws_and_classes_of_its_own(loaded) -> None:
    """Items are taken 64 at a time."""
    text, pictures, told = loaded(TEXT), loaded(IMAGE), loaded("vae/cvae--mnist")
    z = np.repeat(text.sample_codes(1, seed=1), 128, 0)
    words = text.decode(z, token_temperature=2.0, seed=4)
    for start in (0, 64):  # and its own seed, which stays the same over versions
        part = text.decode(z[:64], token_temperature=2.0, seed=4 + start)
        assert words[start : start + 64] == part
    assert words[:64] != words[64:]
    items = np.repeat(pictures.sample(1), 128, 0)
    codes = pictures.encode(items, draw=3)
    for start in (0, 64):
        part = pictures.encode(items[:64], draw=3 + start)
        np.testing.assert_array_equal(codes[start : start + 64], part)
    assert not (codes[:64] == codes[64:]).any()
    labels, z = np.arange(70) % 10, told.sample_codes(70, seed=2)
    items = told.decode(z, labels=labels)
    with torch.no_grad():
        known = torch.from_numpy(labels)
        made = told.model.decode(torch.from_numpy(z), known).mean
        found = told.model.encode(told.read(items), known).mode
    np.testing.assert_allclose(items, told.processor.decode(made), atol=1)
    np.testing.assert_allclose(told.encode(items, labels=labels), found, atol=1e-4)


def test_how_items_are_encoded_reaches_paths_grids_and_sums(loaded) -> None:
    space = loaded(TEXT)
    four = ["i am tired .", "you are here .", "he is old .", "we have two dogs ."]
    for how in ({"refine": True}, {"refine": False}, {"draw": 3}):
        ends, grid = space.encode(four, **how), space.corners(four, 3, **how)
        np.testing.assert_allclose(grid[[0, 2, 6, 8]], ends, atol=1e-5)
        np.testing.assert_allclose(grid[4], ends.mean(0), atol=1e-5)
        z = space.path_codes(*space.encode(four[:2], **how), 3, "lerp")
        drawn = {"token_temperature": 2.0, "seed": 5}
        path = space.interpolate(*four[:2], steps=3, path="lerp", **drawn, **how)
        assert path == space.decode(z, **drawn)
    np.testing.assert_array_equal(space.corners(four, 3), space.corners(four, 3, refine=True))
    a, b, c = space.encode(four[:3], draw=3)
    np.testing.assert_allclose(space.arithmetic(*four[:3], draw=3), a - b + c, atol=1e-6)
    np.testing.assert_array_equal(
        space.encode(four, refine=True, draw=3), space.encode(four, draw=3)
    )


def test_of_the_likeliest_word_alone_nothing_is_left_to_draw(loaded) -> None:
    space = loaded(TEXT)
    for kept in ({"top_k": 1}, {"top_p": 1e-6}):
        assert space.sample(4, seed=1, token_temperature=3.0, **kept) == space.sample(4, seed=1)


def test_discrete_codes_are_taken_as_the_nearest_one_hots(loaded) -> None:
    space = loaded("text_vae/di_vae--dailydialog")
    z = space.sample_codes(4, seed=1)
    blurred = 0.5 * z + 0.1
    assert space.decode(blurred) == space.decode(z)
    np.testing.assert_array_equal(space.typicality(blurred), space.typicality(z))
    found, exact = space.inspect(blurred), space.inspect(z)
    assert [one.log_p_z for one in found] == [one.log_p_z for one in exact]


def test_words_that_the_model_does_not_know(loaded) -> None:
    assert loaded(TEXT).unknown_words("i like qwertys .") == ["qwertys"]
    assert loaded(TEXT).tokens("I don't.") == ["i", "do", "n't", "."]
    with pytest.raises(ValueError, match="is for text models"):
        loaded(IMAGE).unknown_words("i like tea")


def test_html_and_control_characters_are_only_text(loaded) -> None:
    space = loaded(TEXT)
    [text] = space.reconstruct(["<img src=x onerror=alert(1)> i like \x00\x1b tea \U0001f600"])
    assert "<img" not in text.lower()


BAD_CODES = {
    "two rows short": np.zeros((2, 7)),
    "one code without its list": np.zeros(32),
    "nan": np.full((1, 32), np.nan),
    "infinite": np.full((1, 32), np.inf),
    "huge": np.full((1, 32), 1e9),
    "one nan": np.where(np.arange(32) == 5, np.nan, 0)[None],
    "one huge": np.where(np.arange(32) == 5, -1e9, 0)[None],
    "words": [["a"] * 32],
    "none at all": np.zeros((0, 32)),
}


@pytest.mark.parametrize("kind", BAD_CODES)
def test_bad_codes_are_refused(loaded, kind: str) -> None:
    with pytest.raises(ValueError, match=r"Codes|number of items"):
        loaded(TEXT).decode(BAD_CODES[kind])


def test_other_bad_input_is_refused(loaded) -> None:
    space, pictures = loaded(TEXT), loaded(IMAGE)
    z = space.codes
    cases = [
        (lambda: space.sample(0), "between 1 and 10,000, got 0"),
        (lambda: space.sample(10**6), "got 1,000,000"),
        (lambda: space.sample(3, temperature=-1), "temperature must lie between 0 and 5"),
        (lambda: space.sample(3, temperature=float("nan")), "temperature"),
        (lambda: space.sample(3, token_temperature=float("inf")), "temperature"),
        (lambda: space.sample(3, temperature=5.000001), "temperature"),
        (lambda: space.sample(3, source="posterior"), "prior, aggregate"),
        (lambda: space.encode([""]), "is empty"),
        (lambda: space.encode("i like tea"), "Give a list"),
        (lambda: space.encode(["word " * 2000]), "Shorten it"),
        (lambda: space.path_codes(z[0], z[1], 1), "between 2 and"),
        (lambda: space.path_codes(z[0], z[1], 5, "spiral"), "lerp or slerp"),
        (lambda: space.corners(["i am ."] * 3), "needs 4 items"),
        (lambda: space.plane(z[0], z[0], z[0]), "not on one line"),
        (lambda: space.traverse(z[0], 32, [0]), "between 0 and 31"),
        (lambda: pictures.encode(np.zeros((2, 5, 5))), r"shape \[n, 28, 28\]"),
        (lambda: pictures.encode(np.full((1, 28, 28), 3.0)), "between 0 and 1"),
    ]
    for call, message in cases:
        with pytest.raises(ValueError, match=message):
            call()


def test_the_ends_of_what_is_allowed_are_allowed_and_no_more(loaded) -> None:
    space = loaded(IMAGE)
    z = space.codes
    four = space.decode(z[:4])
    for call, least, most in (
        (space.sample_codes, 1, 10_000),
        (lambda n: space.path_codes(z[0], z[1], n), 2, 10_000),
        (lambda n: space.corners(four, n), 2, 20),
        (lambda unit: space.traverse(z[0], unit, [0.5]), 0, 1),
        (lambda t: space.sample_codes(2, temperature=t), 0, 5),
        (lambda t: space.decode(z[:2], token_temperature=t), 0, 5),
    ):
        for end in (least, most):
            assert len(call(end))
        for beyond in (least - 1, most + 1):
            with pytest.raises(ValueError, match=str(least)):
                call(beyond)
    assert len(space.decode(np.full((1, 2), -1e6)))
    with pytest.raises(ValueError, match="at most a million"):
        space.decode(np.full((1, 2), -1.01e6))


def test_what_is_not_said_is_a_draw_of_the_prior_as_it_is_from_seed_0(loaded) -> None:
    space = loaded(IMAGE)
    said = space.sample_codes(3, seed=0, temperature=1.0, source="prior")
    np.testing.assert_array_equal(space.sample_codes(3), said)
    assert same(space.sample(3), space.decode(said, token_temperature=0.0, seed=0))
    text = loaded(TEXT)
    z = text.sample_codes(3)
    assert text.decode(z) == text.decode(z, token_temperature=0.0)
    drawn = [text.decode(z, token_temperature=2.0, seed=seed) for seed in (0, 1)]
    assert text.decode(z, token_temperature=2.0) == drawn[0] != drawn[1]


def test_a_device_that_is_not_here_is_refused() -> None:
    with pytest.raises(ValueError, match="device 'tpu' is not available on this machine"):
        backend.load(IMAGE, device="tpu")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
@pytest.mark.parametrize("name", SPACES)
def test_the_gpu_agrees_with_the_cpu(loaded, name: str) -> None:
    cpu, gpu = loaded(name), backend.load(name, device="cuda")
    items = cpu.sample(32, seed=0)
    np.testing.assert_allclose(gpu.encode(items), cpu.encode(items), atol=1e-3)
    a, b = (np.array([p.log_p_x for p in s.inspect(cpu.codes[:32])]) for s in (cpu, gpu))
    np.testing.assert_allclose(a, b, rtol=1e-3, atol=0.05)
    if cpu.words:
        drawn = [s.sample(32, seed=3, token_temperature=1.0) for s in (cpu, gpu)]
        assert sum(a == b for a, b in zip(*drawn, strict=True)) >= 31  # but for a rounding


def test_refined_codes_reproduce_more_sentences_and_change_no_good_ones(loaded) -> None:
    space = loaded(TEXT)
    sentences = space.sample(40, seed=5, source="aggregate")
    plain, refined = space.encode(sentences), space.encode(sentences, refine=True)
    before = [a == b for a, b in zip(space.decode(plain), sentences, strict=True)]
    after = [a == b for a, b in zip(space.decode(refined), sentences, strict=True)]
    assert sum(after) > sum(before)
    assert all(late or not early for early, late in zip(before, after, strict=True))
    for good, old, new in zip(before, plain, refined, strict=True):
        if good:
            assert np.array_equal(old, new)
    path = space.interpolate(sentences[0], sentences[1], steps=3)
    assert path[0] == space.decode(refined[:1])[0]


def test_words_are_computed_by_one_thread_and_torchs_own_come_back(loaded, monkeypatch) -> None:
    """On a busy machine each step of a small recurrent net would wait for the slowest thread."""
    space, seen = loaded(TEXT), []
    for name in ("encode", "decode"):
        real = getattr(space.model, name)

        def spy(*given, real=real):
            seen.append(torch.get_num_threads())
            return real(*given)

        monkeypatch.setattr(space.model, name, spy)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        space.interpolate("i like tea .", "it is raining .", steps=2)
        space.inspect(space.codes[:1])
        assert set(seen) == {1} and torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("tiny", [5e-324, 1e-320, 1e-46, 1e-40, 1e-30, 1e-12])
@pytest.mark.parametrize("name", [TEXT, "text_vae/dgmvae--smd", IMAGE])
def test_the_smallest_temperatures_are_as_zero(loaded, name: str, tiny: float) -> None:
    space = loaded(name)
    for source in ("prior", "aggregate"):
        cold, zero = (
            space.sample_codes(4, seed=1, temperature=t, source=source) for t in (tiny, 0.0)
        )
        assert np.isfinite(cold).all()
        if source == "aggregate" and tiny <= 1e-30:
            np.testing.assert_allclose(cold, zero, atol=1e-6)
    z = space.sample_codes(4, seed=1)
    assert same(space.decode(z, token_temperature=tiny), space.decode(z))
