"""Modes, maps and snapshots of shipped checkpoints, and the script that makes a map."""

import dataclasses
import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

import backend
from backend import checkpoint, corpora
from backend.codes.projection import FILE, KEPT, MissingProjection, Projection, StaleProjection
from backend.codes.snapshots import Snapshots
from backend.corpora.tags import Tags
from backend.files import CHECKSUMS

ROOT = Path(__file__).resolve().parents[3]
NAME = "text_vae/dgmvae--smd"
COLLAPSED = "text_vae/gmvae--smd"
MAPPED = [info.name for info in backend.available(requires={"components"})]
FOUR = ("gmvae--smd", "dgmvae--smd--var", "dgmvae--smd--mi", "dgmvae--smd")


@pytest.fixture(scope="module")
def space():
    return backend.load(NAME, device="cpu")


@pytest.mark.parametrize("name", MAPPED)
def test_every_model_with_modes_ships_a_map(name: str) -> None:
    space = backend.load(name, device="cpu")
    modes, projection = space.modes, space.projection
    n = len(projection.codes)
    assert projection.settings["n"] == n
    assert projection.codes.shape == (n, space.latent_dim)
    shape = modes.variables, modes.components
    assert projection.responsibilities.shape == (n, *shape)
    assert np.allclose(projection.responsibilities.sum(-1), 1, atol=0.02)  # stored as float16
    for view in projection.views:
        points = projection.points(view.id)
        assert points.shape == (n, 2) and np.isfinite(points).all()
        assert projection.centres(view.id).shape == (*shape, 2)
    assert len(projection.texts) == (n if space.modality == "text" else 0)
    table = modes.table()
    assert [(mode.variable, mode.component) for mode in table] == list(np.ndindex(*shape))
    for j in range(shape[0]):
        assert sum(m.share for m in table if m.variable == j) == pytest.approx(1)
    for ids, names in zip(
        projection.tags.ids.values(), projection.tags.names.values(), strict=True
    ):
        assert len(ids) == n and ids.max() < len(names)


@pytest.mark.parametrize(
    "name", [n for n in MAPPED if "discrete" not in backend.info(n).capabilities]
)
def test_stored_responsibilities_are_those_of_the_codes(name: str) -> None:
    space = backend.load(name, device="cpu")
    projection = space.projection
    now = space.modes.at(projection.codes[:200])
    assert np.allclose(now, projection.responsibilities[:200], atol=0.01)


def test_responsibilities_of_sentences_are_bayes_rule_at_their_codes(space) -> None:
    texts = ["what s the weather", "set a reminder for tuesday"]
    z = space.encode(texts)
    found = space.modes.responsibilities(texts)
    means, scales = (t.numpy() for t in (space.prior.centres().detach(), space.prior.scales()))
    for i, j in ((0, 0), (1, 2)):
        away = (z[i, 2 * j : 2 * j + 2] - means[j]) / scales[j]  # [K, 2]
        density = np.exp(-0.5 * (away**2).sum(1)) / scales[j].prod(1)
        assert np.allclose(found[i, j], density / density.sum(), atol=1e-5)


@pytest.mark.slow
@pytest.mark.needs_corpus("dailydialog")
def test_a_typed_sentence_lies_on_its_own_point() -> None:
    """Of discrete models too, whose maps hold probabilities."""
    for name in ("text_vae/di_vae--dailydialog", "text_vae/dgmvae--dailydialog"):
        space = backend.load(name, device="cpu")
        projection = space.projection
        rows = [5, 3000, 5990]
        z = space.modes.places([projection.originals()[row] for row in rows])
        assert np.allclose(z, projection.codes[rows], atol=5e-3)
        places = projection.locate(z)["pca"]
        assert np.allclose(places, projection.points("pca")[rows], atol=2e-2)
        shares = space.modes.at(3 * z - 1)  # no code of a discrete model
        assert np.allclose(shares.sum(-1), 1, atol=1e-5) and (shares >= 0).all()
    assert not projection.discrete


def test_a_place_on_a_plane_is_one_code(space) -> None:
    projection = space.projection
    for view, row in (("pca", 5), ("c1", 7)):
        x, y = projection.points(view)[row].tolist()
        place = projection.code_at(view, x, y, base=row)
        assert place.exact
        if view == "c1":
            assert np.allclose(place.code, projection.codes[row], atol=1e-5)
            twin = projection.codes[place.nearest[0]]  # equal sentences have one code
            assert np.allclose(twin, place.code, atol=1e-5) and place.distance < 1e-4
        back = projection.locate(place.code[None])[view][0]
        assert back.tolist() == pytest.approx([x, y], abs=1e-4)


def test_a_place_on_umap_is_a_blend_and_says_so(space) -> None:
    projection = space.projection
    place = projection.code_at("umap", *projection.umap[11].tolist())
    assert not place.exact
    assert np.allclose(place.code, projection.codes[11], atol=1e-2)  # it is on a point
    low, high = projection.umap.min(0), projection.umap.max(0)
    far = projection.code_at("umap", *(high + 10 * (high - low)).tolist())
    assert (far.code >= projection.codes.min(0) - 1e-4).all()
    assert (far.code <= projection.codes.max(0) + 1e-4).all()


def test_new_codes_are_placed_and_nothing_moves(space) -> None:
    projection = space.projection
    _, first, counts = np.unique(projection.codes, axis=0, return_index=True, return_counts=True)
    rows = first[counts == 1][:2]  # equal sentences have one code and several places
    before = {view.id: projection.points(view.id).copy() for view in projection.views}
    places = projection.locate(projection.codes[rows])
    for view, points in before.items():
        assert np.allclose(places[view], points[rows], atol=1e-2), view
        assert np.array_equal(projection.points(view), points)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("moon", 0.0, 0.0), "no view 'moon'"),
        (("pca", math.nan, 0.0), "two numbers"),
        (("pca", 1e9, 0.0), "between -10,000"),
        (("c0", 0.0, 0.0, 10**6), "items 0 to"),
    ],
)
def test_places_that_are_nowhere_are_refused(space, arguments: tuple, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        space.projection.code_at(*arguments)


def test_samples_of_a_mode_lie_in_it(space) -> None:
    modes = space.modes
    z = modes.sample_codes(400, seed=1, fixed={1: 3})
    assert np.array_equal(z, modes.sample_codes(400, seed=1, fixed={1: 3}))
    centre, scale = modes.table()[5 + 3].mean, modes.table()[5 + 3].scale
    assert np.allclose(z[:, 2:4].mean(0), centre, atol=0.3 * max(scale))
    still = modes.sample_codes(5, temperature=0, fixed={1: 3})
    assert np.allclose(still[:, 2:4], centre)
    weights = [[0, 0, 1, 0, 0], [1, 0, 0, 0, 0], [0, 2, 0, 0, 2]]
    drawn = modes.sample_codes(300, temperature=0, weights=weights)
    assert np.allclose(drawn[:, :2], modes.table()[2].mean)
    third = (drawn[:, 4:] - np.array(modes.table()[10 + 1].mean)) ** 2
    assert 0.4 < (third.sum(1) < 1e-6).mean() < 0.6


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"n": 0}, "between 1 and 1,000"),
        ({"n": 1, "temperature": 9}, "temperature"),
        ({"n": 1, "weights": [[1, 2]]}, "3 rows of 5"),
        ({"n": 1, "weights": [[0] * 5] * 3}, "not all 0"),
        ({"n": 1, "weights": [[-1, 2, 1, 1, 1]] * 3}, "at least 0"),
        ({"n": 1, "fixed": {4: 0}}, "variables 0 to 2"),
        ({"n": 1, "fixed": {0: 5}}, "modes 0 to 4"),
    ],
)
def test_what_cannot_be_drawn_is_said(space, options: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        space.modes.sample_codes(**options)


def test_flipping_changes_one_variable(space) -> None:
    z = space.projection.codes[0]
    copies = space.modes.flip(z, 1)
    assert copies.shape == (5, 6)
    assert np.array_equal(copies[:, :2], np.repeat(z[None, :2], 5, 0))
    assert np.array_equal(copies[:, 4:], np.repeat(z[None, 4:], 5, 0))
    assert np.allclose(copies[:, 2:4], [mode.mean for mode in space.modes.table()[5:10]])


def test_flags_tell_dead_modes() -> None:
    """In the collapsed mixture components lie on each other, which the flags must show."""
    collapsed = backend.load(COLLAPSED, device="cpu").modes.table()
    alive = backend.load(NAME, device="cpu").modes.table()
    words = [[word for mode in table for word, _ in mode.flags] for table in (collapsed, alive)]
    assert words[0].count("duplicate") > words[1].count("duplicate")
    assert words[0].count("duplicate") >= 3


def test_a_model_without_components_has_no_modes() -> None:
    plain = backend.load("vae/vae--mnist--2d", device="cpu")
    with pytest.raises(ValueError, match="has no modes"):
        _ = plain.modes


def test_a_map_of_an_older_version_is_stale(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    info = backend.info(NAME)
    arrays = load_file(info.path / FILE)
    arrays["rows"] = arrays.pop("digests")
    settings = {"settings": json.dumps({"fingerprint": info.fingerprint})}
    save_file(arrays, tmp_path / FILE, settings)
    with pytest.raises(StaleProjection, match="older version"):
        Projection.load(dataclasses.replace(info, path=tmp_path))


def test_absent_and_stale_maps_name_the_command(tmp_path: Path) -> None:
    info = backend.info(NAME)
    with pytest.raises(MissingProjection, match=r"scripts/project\.py"):
        Projection.load(dataclasses.replace(info, path=tmp_path))
    with pytest.raises(StaleProjection, match="other weights") as caught:
        Projection.load(dataclasses.replace(info, fingerprint="0" * 12))
    assert caught.value.command == f"python scripts/project.py {NAME} --limit 20000"


@pytest.mark.needs_corpus("smd")
def test_with_the_corpus_a_point_is_its_original(space) -> None:
    projection = space.projection
    originals = projection.originals()
    assert len(originals) == len(projection.codes)
    chosen = [0, 100, len(originals) - 1]
    published = corpora.published("smd")  # the map is older than the removal of what is in train
    held_out = published["validation"].items + published["test"].items
    assert set(originals) <= set(map(projection.prose, held_out))
    z = space.encode([originals[row] for row in chosen])
    assert np.allclose(z, projection.codes[chosen], atol=5e-3)


@pytest.mark.needs_corpus("smd")
def test_another_edition_of_the_corpus_is_not_taken_for_this_one(space) -> None:
    changed = space.projection.digests.copy()
    changed[3] += 1
    assert dataclasses.replace(space.projection, digests=changed).originals() is None


@pytest.mark.needs_corpus("smd")
@pytest.mark.slow
def test_the_same_seed_gives_the_same_map(tmp_path: Path) -> None:
    names = [NAME, f"{NAME}--again"]  # in one process: to compile UMAP takes most of the time
    for name in names:
        shutil.copytree(
            backend.info(NAME).path,
            tmp_path / name,
            ignore=shutil.ignore_patterns(FILE, CHECKSUMS),
        )
    command = [sys.executable, "scripts/project.py", *names, "--limit", "150", "--seed", "5"]
    environment = os.environ | {"LATENT_TRAINED_DIR": str(tmp_path)}
    said = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    assert said.splitlines()[-1].startswith("100 %")
    made = [
        Projection.load(dataclasses.replace(backend.info(NAME), path=tmp_path / name))
        for name in names
    ]
    assert np.array_equal(made[0].umap, made[1].umap)
    assert np.array_equal(made[0].umap_centres, made[1].umap_centres)
    assert np.array_equal(made[0].codes, made[1].codes)
    assert made[0].settings["seed"] == 5 and len(made[0].codes) == 150


# --- the collapse that the tab shows ----------------------------------------------------------


def measured(name: str, id: str) -> float:
    return backend.info(f"text_vae/{name}").metrics[id]["value"]


def test_the_objectives_come_out_as_published() -> None:
    """Means and information: DGMVAE far above GMVAE, each term alone above it too.

    Means are weighted by use: of the plain variance, modes that no sentence uses make a half.
    """
    spread = {name: measured(name, "mean_variance_used") for name in FOUR}
    mi = {name: measured(name, "mi_c") for name in FOUR}
    assert spread["dgmvae--smd"] > 10 * spread["gmvae--smd"]
    assert mi["dgmvae--smd"] > 10 * mi["gmvae--smd"]
    for alone in FOUR[1:3]:
        assert spread[alone] > spread["gmvae--smd"]
        assert mi[alone] > mi["gmvae--smd"]


@pytest.mark.parametrize("corpus", ["smd", "dailydialog"])
def test_the_bound_and_reconstructions_do_not_come_out_as_published(corpus: str) -> None:
    """What the panels, the tables and the cards say; measured anew, they may have to say less."""
    for id, sign in (("elbo_nll", 1), ("bleu", -1)):
        assert sign * measured(f"gmvae--{corpus}", id) < sign * measured(f"dgmvae--{corpus}", id)


@pytest.mark.parametrize("name", FOUR)
def test_snapshots_end_with_the_shipped_weights(name: str) -> None:
    space = backend.load(f"text_vae/{name}", device="cpu")
    kept = backend.load_snapshots(f"text_vae/{name}")
    assert {0, 2000, 10_000} <= set(kept.steps.tolist())
    assert np.array_equal(kept.steps, np.sort(kept.steps))
    assert np.allclose(kept.means[-1], space.prior.centres().detach(), atol=2e-2)
    assert np.allclose(kept.codes[-1].reshape(500, -1), space.codes[:500], atol=2e-2)
    assert kept.codes.shape == (len(kept.steps), 500, 3, 2)
    assert set(kept.tags.names) == {"domain", "speaker"}


def test_the_four_runs_started_alike() -> None:
    """Same nets, seed and data: the untrained modes and codes are equal."""
    first, *others = (backend.load_snapshots(f"text_vae/{name}") for name in FOUR)
    for other in others:
        assert np.array_equal(first.means[0], other.means[0])
        assert np.array_equal(first.codes[0], other.codes[0])


def test_a_resumed_run_repeats_no_snapshot(tmp_path: Path) -> None:
    model = checkpoint.load_model(NAME)
    x = torch.tensor([[5, 6, 2], [7, 2, 0]])
    tags = Tags.of({"domain": ["weather", "navigate"]})
    early, late = (Snapshots.take(model, step, x, tags) for step in (10, 20))
    early.then(late).then(Snapshots.take(model, 20, x, tags)).save(tmp_path)
    kept = Snapshots.load(tmp_path)
    assert kept.steps.tolist() == [10, 20]
    assert kept.tags.names == tags.names
    assert np.array_equal(kept.tags.ids["domain"], tags.ids["domain"])


def test_tags_are_ordered_by_frequency() -> None:
    tags = Tags.of({"act": ["b", "a", "b", "c", "b", "a"]})
    assert tags.names == {"act": ["b", "a", "c"]}
    assert tags.ids["act"].tolist() == [0, 1, 0, 2, 0, 1]
    assert json.loads(tags.metadata()["tags"]) == tags.names
    with pytest.raises(ValueError, match="more than 256"):
        Tags.of({"id": [str(i) for i in range(300)]})


def test_modes_of_the_car_assistant_are_marked_by_words_of_their_own(space) -> None:
    words = space.modes.keywords()
    assert [len(row) for row in words] == [space.modes.components] * space.modes.variables
    weather = next(row[0] for row in words[0] if row)
    assert weather.z > 1.96 and 0 < weather.share <= 1
    for j, row in enumerate(words):
        for k, found in enumerate(row):
            mine = space.projection.modes[:, j] == k
            used = {w for text, own in zip(_texts(space), mine, strict=True) if own
                    for w in space.tokens(text)}  # fmt: skip
            assert {each.word for each in found} <= used


def test_modes_of_pictures_are_marked_by_their_class() -> None:
    words = backend.load("vae/gm_vae--mnist", device="cpu").modes.keywords()
    assert all(each.word.isdigit() for each in words[0][0]) and any(words[0])


def _texts(space) -> list[str]:
    return space.projection.originals() or space.projection.texts


def test_neighbours_kept_are_counted_item_by_item(space) -> None:
    projection = space.projection
    kept = projection.neighbours_kept("umap")
    assert kept.shape == (len(projection.codes),) and kept.dtype == np.float32
    chance = KEPT / (len(kept) - 1)
    assert 20 * chance < kept.mean() < 1
    compared = 0
    for row in range(0, len(kept), 50):
        sets, clear = [], True  # where no two are equally near, as equal sentences are
        for x in (projection.codes, projection.points("umap")):
            away = np.linalg.norm(x - x[row], axis=1)
            away[row] = np.inf
            order = np.argsort(away, kind="stable")
            sets.append(set(order[:KEPT].tolist()))
            clear &= bool(away[order[KEPT]] > 1.01 * away[order[KEPT - 1]])
        if clear:
            compared += 1
            by_hand = pytest.approx(len(sets[0] & sets[1]) / KEPT)
            assert kept[row] == by_hand
            assert projection.neighbours_kept("umap", row)[0] == by_hand
    assert compared > 5
    with pytest.raises(ValueError, match="items 0 to"):
        projection.neighbours_kept("umap", len(kept))


def test_a_plane_that_is_the_whole_code_keeps_all_neighbours(space) -> None:
    codes = space.projection.codes[:300, :2]
    flat = dataclasses.replace(space.projection, codes=codes, planes=0)
    assert flat.neighbours_kept("z").min() == 1


def test_a_map_that_was_used_is_saved_without_what_it_counted(space, tmp_path: Path) -> None:
    space.projection.neighbours_kept("umap")
    space.projection.save(tmp_path)
    with (
        safe_open(space.info.path / FILE, "np") as shipped,
        safe_open(tmp_path / FILE, "np") as made,
    ):
        assert set(made.keys()) == set(shipped.keys())
