"""The named endpoints: typed, stateless, with a seed; for gradio_client and for MCP.

Sentences travel as text, pictures as the data URL of a PNG, codes as lists of numbers. The
docstrings are what an MCP client reads. A wrong argument is answered with a sentence.
"""

import functools
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import gradio as gr
import pydantic

from app import door, session, together
from app.components import Seed, finite
from app.items import read_all, written
from backend.codes.alignment import LEAST
from backend.laboratory.settings import Data
from backend.laboratory.settings import Settings as PointSettings
from backend.language.traces import CHAINS, PAIR, Kernel, Settings, Task, to_json

if TYPE_CHECKING:
    from backend.space import LatentSpace

PRICES = {"exact": 1, "rescored": 10, "paper": 10}  # of a step, in exact ones
MOST = 2000  # exact steps in one call
History = list[str | tuple[str, str]]  # turns, see ``LatentSpace.respond``
TOGETHER = 64  # calls that take turns; so a short one does not wait for long ones to end


def publish() -> None:
    """Register the endpoints on the page being built."""
    # These take the model themselves, once they know for how long.
    endpoints: list[Callable] = [sample, interpolate, decode, decode_at, frontier]
    whole: list[Callable] = [encode, modes, responsibilities, next_words, edit_chain, attack]
    whole += [word_senses, translate, train_points, respond, moves, encode_reply, compare]
    endpoints += [in_turn(endpoint) for endpoint in whole]
    for endpoint in endpoints:
        gr.api(
            door.endpoint(endpoint),
            api_name=endpoint.__name__,
            concurrency_id="model",
            concurrency_limit=TOGETHER,
        )


def in_turn(endpoint: Callable) -> Callable:
    """The endpoint, with the model to itself but for the rests that it takes."""

    @functools.wraps(endpoint)
    def call(*args: Any, **kwargs: Any) -> Any:
        with session.model_work():
            return endpoint(*args, **kwargs)

    return call


def decoded(space: "LatentSpace", codes: Any, **options: Any) -> list[str]:
    """``space.decode`` as endpoints give it: in one batch with others, or with rests."""
    if len(codes) <= together.MOST:
        return written(together.items(space, codes, **options))
    found: list[str] = []
    with session.model_work():
        for part in space.decode_chunks(codes, rest=session.rest, **options):
            found += written(part)
            session.rest()
    return found


def sample(
    checkpoint: str,
    n: int = 8,
    seed: Seed = 0,
    temperature: float = 1.0,
    source: str = "prior",
    token_temperature: float = 0.0,
    labels: list[int] | None = None,
    top_k: int = 0,
    top_p: float = 1.0,
) -> list[str]:
    """Draw sentences or pictures from a checkpoint's latent space.

    Args:
        checkpoint: name of a checkpoint, for example text_vae/text_vae--tatoeba.
        n: how many, 1 to 10000.
        seed: the same seed gives the same samples.
        temperature: scales the standard deviation of the codes, 0 to 5.
        source: where codes are drawn from: prior, or aggregate (the aggregate posterior).
        token_temperature: for sentences; 0 takes the likeliest word each time, 1 draws words.
        top_k: draw from the likeliest words alone, so many; 0 draws from all.
        top_p: draw from the fewest likeliest words whose probabilities add up to it, 0 to 1.
        labels: for a model that is told classes, one for each item; drawn at random if left out.

    Returns:
        Sentences, or pictures as data URLs of PNG files.
    """
    space = session.get_space(checkpoint)
    codes = space.sample_codes(n, seed=seed, temperature=temperature, source=source)
    told = space.sample_labels(n, seed=seed) if labels is None else labels
    return decoded(
        space,
        codes,
        token_temperature=token_temperature,
        seed=seed,
        labels=told,
        top_k=top_k,
        top_p=top_p,
    )


def interpolate(
    checkpoint: str, a: str, b: str, steps: int = 8, path: str = "slerp", seed: Seed = 0
) -> list[str]:
    """Walk between two sentences or two pictures in equal steps through the latent space.

    Args:
        checkpoint: name of a checkpoint, for example text_vae/text_vae--tatoeba.
        a: where to start: a sentence, or a picture as a data URL.
        b: where to end, likewise.
        steps: how many items to return, both ends included.
        path: slerp (along the arc) or lerp (along the straight line).
        seed: accepted for symmetry; decoding takes the likeliest word and draws nothing.

    Returns:
        Sentences, or pictures as data URLs of PNG files.
    """
    space = session.get_space(checkpoint)
    z0, z1 = together.encode(space, read_all(space, [a, b]))
    return decoded(space, space.path_codes(z0, z1, steps, path), seed=seed)


def encode(
    checkpoint: str, inputs: list[str], labels: list[int] | None = None
) -> list[list[float]]:
    """Turn sentences or pictures into codes: the means of their posteriors.

    Args:
        checkpoint: name of a checkpoint, for example text_vae/text_vae--tatoeba.
        inputs: sentences, or pictures as data URLs.
        labels: for a model that is told classes, that of each input, -1 where it is not known.

    Returns:
        One code for each input, a list of as many numbers as the latent space has dimensions.
    """
    space = session.get_space(checkpoint)
    return space.encode(read_all(space, inputs), labels=labels).tolist()


def decode(
    checkpoint: str,
    codes: list[list[float]],
    token_temperature: float = 0.0,
    seed: Seed = 0,
    labels: list[int] | None = None,
    top_k: int = 0,
    top_p: float = 1.0,
) -> list[str]:
    """Turn codes into sentences or pictures.

    Args:
        checkpoint: name of a checkpoint, for example text_vae/text_vae--tatoeba.
        codes: lists of numbers, each as long as the latent space has dimensions.
        token_temperature: for sentences; 0 takes the likeliest word each time, 1 draws words.
        top_k: draw from the likeliest words alone, so many; 0 draws from all.
        top_p: draw from the fewest likeliest words whose probabilities add up to it, 0 to 1.
        seed: the same seed draws the same words.
        labels: for a model that is told classes, that of each code, -1 where it is not known.

    Returns:
        Sentences, or pictures as data URLs of PNG files.
    """
    space = session.get_space(checkpoint)
    return decoded(
        space,
        codes,
        token_temperature=token_temperature,
        seed=seed,
        labels=labels,
        top_k=top_k,
        top_p=top_p,
    )


def modes(checkpoint: str) -> list[dict]:
    """List the modes of a checkpoint whose prior is a mixture or a set of discrete variables.

    Args:
        checkpoint: name of a checkpoint, for example text_vae/dgmvae--smd.

    Returns:
        One object for each mode: variable and component (from 0), weight in the prior, share of
        the held-out items, mean and scale (one number per dimension of the variable), tags (each
        tag's most common category within the mode, and its purity from 0 to 1), typical (up to
        three held-out items as the model reconstructs them) and flags (word and sentence).
    """
    space = session.get_space(checkpoint)
    table = space.modes.table()
    codes = space.projection.codes
    found = []
    for mode in table:
        rows = mode.typical[:3]
        typical = written(space.decode(codes[rows])) if rows else []
        found.append(mode._asdict() | {"typical": typical})
    return found


def responsibilities(checkpoint: str, inputs: list[str]) -> list[list[list[float]]]:
    """Say which modes sentences or pictures belong to.

    Args:
        checkpoint: name of a checkpoint, for example text_vae/dgmvae--smd.
        inputs: sentences, or pictures as data URLs.

    Returns:
        For each input a list for each variable of the code: the probability of each of its
        components, adding up to 1.
    """
    space = session.get_space(checkpoint)
    return space.modes.responsibilities(read_all(space, inputs)).tolist()


def decode_at(
    checkpoint: str, view: str, x: float, y: float, base: int | None = None
) -> dict[str, Any]:
    """Decode a place on a checkpoint's map.

    Args:
        checkpoint: name of a checkpoint, for example text_vae/dgmvae--smd.
        view: umap, pca, z for a code of two numbers, or c0, c1, … for a variable of two.
        x: horizontal coordinate on that view.
        y: vertical coordinate.
        base: on the plane of one variable, the held-out item that gives the other variables;
            by default the mean of all codes.

    Returns:
        item (a sentence, or a picture as a data URL), exact (false where the code had to be
        blended from the nearest points, as on UMAP), code, and distance to the nearest held-out
        code.
    """
    space = session.get_space(checkpoint)
    place = space.projection.code_at(view, x, y, base)
    return {
        "item": decoded(space, place.code[None])[0],
        "exact": place.exact,
        "code": place.code.tolist(),
        "distance": place.distance,
    }


def next_words(
    checkpoint: str,
    text: str = "",
    k: int = 10,
    temperature: float = 1.0,
    n: int = 0,
    seed: Seed = 0,
    top_k: int = 0,
    top_p: float = 1.0,
) -> dict[str, Any]:
    """Say what a language model expects after a text (before it, if it reads from the end).

    Args:
        checkpoint: name of a language model, for example lm/lstm_lm--everyday--forward.
        text: the text so far; may be empty.
        k: how many of the likeliest words to return, 1 to 100.
        temperature: divides the log-probabilities, 0 to 5; 0 takes the likeliest each time.
        n: how many continuations to draw, 0 to 50.
        seed: the same seed draws the same continuations.
        top_k: keep the likeliest words alone, so many; 0 keeps all.
        top_p: keep the fewest likeliest words whose probabilities add up to it, 0 to 1.

    Returns:
        words (each with word, p, kind - word, end or unknown - and the text with it), entropy in
        nats, typed (log_p of each word of the text, in nats), unknown (words that the model does
        not know), backward (whether it reads from the end), and continuations, each with its
        text, its log_p in nats and whether it was cut before its end. Of a mixture of softmaxes
        also experts, each with its weight and its own likeliest words, as words are.
    """
    from backend.language import next_words as ahead

    lm = session.get_language_model(checkpoint)
    kept: Any = {"top_k": top_k, "top_p": top_p}
    found = ahead.predict(lm, text, k, temperature, **kept)._asdict()
    drawn: list = []
    if n:
        drawn = ahead.continuations(lm, text, n, temperature=temperature, seed=seed, **kept)
    for part in ("words", "typed"):
        found[part] = [one._asdict() for one in found[part]]
    found["continuations"] = [one._asdict() for one in drawn]
    if experts := ahead.experts(lm, text, k):
        found["experts"] = [
            {"weight": one.weight, "words": [word._asdict() for word in one.words]}
            for one in experts
        ]
    return found


def word_senses(checkpoint: str, word: str) -> dict[str, Any]:
    """Say what senses a model gives a word, and where each is meant in held-out sentences.

    Args:
        checkpoint: name of a model with senses, for example lm/kerbs--tatoeba.
        word: one word.

    Returns:
        word, kernel (paper or code), senses (each with its share of the contexts, theta, reach:
        the degrees from its vector at which a context of usual length loses a nat, x and y in the
        plane of the contexts, step: that of the training at which it came to the word, giver: the
        word that had it before, and kernels by angle from 0 to 180 degrees), contexts (each with
        before, after, p of each sense, x and y), kept (the share of variance in that plane) and
        sentences (how many were looked through).
    """
    from backend.language import senses

    found = senses.of_word(session.get_text_model(checkpoint), word)._asdict()
    for part in ("senses", "contexts"):
        found[part] = [one._asdict() for one in found[part]]
    return finite(found)


def translate(
    checkpoint: str,
    source: str,
    width: Annotated[int, pydantic.Field(ge=1, le=20)] = 5,
) -> dict[str, Any]:
    """Translate a sentence, and say where each word of the translation looked.

    Args:
        checkpoint: name of a model that translates, for example
            seq2seq/translation--tatoeba-de-en.
        source: the sentence.
        width: of the beam, 1 to 20; 1 takes the likeliest word each time.

    Returns:
        found (translations, the likeliest first, each with its text, its log_p in nats and
        whether it was cut before its end), unknown (words of the source that the model does not
        know) and attention of the likeliest (source: the places that can be looked at, words, and
        for each word its weights of the places, which add up to 1).
    """
    from backend.language import translation

    found = translation.translate(session.get_text_model(checkpoint), source, width)
    return {
        "found": [one._asdict() for one in found.found],
        "unknown": found.unknown,
        "attention": found.attention._asdict(),
    }


def edit_chain(
    keywords: list[str],
    start: str = "",
    task: Task = "keywords",
    steps: Annotated[int, pydantic.Field(ge=1, le=1000)] = 100,
    seed: Seed = 0,
    chains: Annotated[int, pydantic.Field(ge=1, le=CHAINS)] = 1,
    kernel: Kernel = "exact",
    lm: str = PAIR,
    shortest: int = 5,
    longest: int = 15,
    weights: dict[str, float] | None = None,
    proposals: dict[str, float] | None = None,
    temperatures: list[float] | None = None,
) -> dict[str, Any]:
    """Run Markov chains over sentences, one proposed word at a time, and return all they did.

    Args:
        keywords: words that every sentence holds; may be empty.
        start: the sentence to start from; may be empty for the task keywords.
        task: keywords, paraphrase (keep the meaning of start) or correction (stay close to it).
        steps: of each chain, 1 to 1000.
        seed: the same seed gives the same chains.
        chains: how many run side by side, 1 to 16.
        kernel: exact (Metropolis-Hastings), rescored (the same, with words drawn by the target
            from the 100 likeliest) or paper (the procedure that CGMH released).
        lm: a pair of language models, for example lm/lstm_lm--everyday.
        shortest: the least number of words and marks in a sentence.
        longest: the greatest number of them.
        weights: of the parts of log pi, such as {"language model": 1}; by default the task's own.
        proposals: weights of the actions replace, insert and delete; by default 1 each.
        temperatures: two, T at the first and at the last step, 0.05 to 20: step n samples
            pi^(1/T). By default [1, 1], which samples pi; [1, 0.2] anneals, for a good sentence.

    Returns:
        notes on the settings, and the trace: settings, fingerprints, and the chains with every
        step, rejected ones too;
        each step has the candidate, log pi by part, log q both ways, log alpha, log u, accepted.
    """
    from backend.language import edits

    if steps * chains * PRICES[kernel] > MOST:
        raise ValueError(
            f"{steps} steps of {chains} chains are too many for one call; at most "
            f"{MOST // PRICES[kernel]:,} steps in all. Continue from the last sentence instead."
        )
    settings = pydantic.TypeAdapter(Settings).validate_python(
        {
            "task": task,
            "lm": lm,
            "start": start,
            "keywords": keywords,
            "shortest": shortest,
            "longest": longest,
            "weights": weights or {},
            "proposals": proposals or {},
            "temperatures": temperatures or [1, 1],
            "cooling": steps if temperatures else 0,
        }
    )
    editor = edits.Editor(settings, models=session.get_text_model, spaces=session.get_space)
    trace = edits.edit_chain(settings, steps, seed, chains, [kernel], editor, session.rest)
    return json.loads(to_json(trace)) | {"notes": editor.notes}


def attack(
    victim: str,
    text: str,
    methods: list[Literal["b-mha", "w-mha", "genetic"]] | None = None,
    trials: Annotated[int, pydantic.Field(ge=1, le=1000)] = 200,
    seed: Seed = 0,
) -> dict[str, Any]:
    """Edit a sentence until a classifier takes it for something else.

    Args:
        victim: name of a classifier, for example classifier/text_classifier--yelp.
        text: the sentence; for an entailment classifier "premise | hypothesis".
        methods: b-mha, w-mha (looks at gradients), genetic; by default all three.
        trials: the most proposals of each chain, 1 to 1000.
        seed: the same seed gives the same attack.

    Returns:
        methods (the state after each step, with the probability of the label wanted, trials and
        forward passes so far) and verdicts (whether the classifier, asked afresh, is misled).
    """
    from backend.language import attacks

    chosen = tuple(methods) if methods is not None else attacks.METHODS
    settings = attacks.Settings(victim=victim, text=text, methods=chosen, trials=trials, seed=seed)
    attacker = attacks.Attacker(settings, session.get_text_model)
    return {**attacks.attack(settings, attacker, session.rest)}


def train_points(
    model: str = "gan",
    data: Data = "ring",
    steps: Annotated[int, pydantic.Field(ge=0, le=2000)] = 500,
    seed: Seed = 0,
    theta: float = 1.0,
    drawn: list[tuple[float, float]] | None = None,
    latent_dim: int = 2,
    knobs: dict[str, float] | None = None,
) -> dict[str, Any]:
    """Train a small model of points in the plane from nothing, and measure it on the way.

    Args:
        model: ae, vae, beta_vae, iwae, wae_mmd, gan, gan_minimax, wgan, wgan_gp, vae_gan, aae
            or alpha_gan; nets of 2 x 64 units, batches of 128.
        data: ring (8 Gaussians), grid (25), moons, spiral, lines (two, parallel) or drawn.
        steps: training steps, 0 to 2000.
        seed: the same seed gives the same weights.
        theta: distance of the two lines, 0 to 4.
        drawn: for the data "drawn", 2 to 300 points within 3.2 of 0 along each axis.
        latent_dim: numbers in a code, 1 to 16.
        knobs: such as {"lr": 0.001, "critic_lr": 0.001, "critic_steps": 5, "clip": 0.05,
            "penalty_weight": 1, "beta": 4}; others are at their defaults.

    Returns:
        scores at every hundredth step and the last (modes hit, share of good samples, KL and
        Jensen-Shannon divergence in nats, Wasserstein-1), losses at every tenth, floor (the scores
        of the data against themselves), problem (why it stopped, if it diverged), and 200 samples.
    """
    from backend.laboratory.run import floor, train

    session.one_thread()
    settings = PointSettings(
        data=data,
        theta=theta,
        drawn=tuple(drawn or ()),
        models=(model,),
        seed=seed,
        latent_dim=latent_dim,
        knobs=knobs or {},
    )
    run = train(settings, steps, rest=session.rest)
    entry = run.entries[0]
    return {
        "scores": [{"step": row.step} | row.values for row in entry.scores],
        "losses": [{"step": row.step} | row.values for row in entry.terms],
        "floor": floor(settings)._asdict(),
        "problem": entry.problem,
        "samples": entry.samples(200, seed).tolist(),
    }


def frontier(dataset: str = "") -> dict[str, Any]:
    """List what was measured along the training of the models of pictures: VAEs, GANs, fusions.

    Args:
        dataset: mnist, fashion-mnist or color-mnist; empty for all of them.

    Returns:
        checkpoints, each with its kind (ae, vae, gan or fusion), parameters of each net, n and
        split of the measurements, reference (the same numbers of real test pictures), and moments
        (step, and values such as mse, inception_score, fid_ours, ms_ssim; what a model cannot
        have is absent); quantities (title, unit, direction and definition of each number);
        problems (a sentence for each file that cannot be read).
    """
    from app.widgets.frontier.widget import bench

    found = bench()
    runs = [run for run in found["runs"] if dataset in ("", run["dataset"])]
    if dataset and not runs:
        known = sorted({run["dataset"] for run in found["runs"]})
        raise ValueError(
            f"Nothing was measured on {dataset[:40]!r}; there is: {', '.join(known) or 'nothing'}."
        )
    return {
        "checkpoints": runs,
        "quantities": found["quantities"],
        "problems": found["problems"],
    }


def respond(
    checkpoint: str,
    history: History,
    n: int = 10,
    seed: Seed = 0,
    temperature: float = 1.0,
    mode: int | None = None,
    action: str | None = None,
    token_temperature: float | None = None,
) -> dict[str, Any]:
    """Reply to a conversation, in several ways.

    Args:
        checkpoint: name of a dialogue model, for example dialog/cvae--dailydialog.
        history: the turns so far, the oldest first, as texts by two people in turn or as pairs of
            speaker and text; somebody else than who spoke last replies.
        n: how many replies, 1 to 100.
        seed: the same seed gives the same replies.
        temperature: scales the standard deviation of the codes, 0 to 5.
        mode: only replies from this mode of the prior, from 0; by default from all.
        action: only replies with this action, one of those that /moves names.
        token_temperature: 0 takes the likeliest word each time, 1 draws words; by default words
            are drawn only where a model has no code.

    Returns:
        replies (each with text, code z, mode, action, and log_p of the code in nats), left_out
        (turns at the beginning that the model does not read), and noise (whether log_p is that of
        the noise that codes are made of).
    """
    found = session.get_space(checkpoint).respond(
        history,
        n,
        seed=seed,
        temperature=temperature,
        mode=mode,
        action=action,
        token_temperature=token_temperature,
    )
    replies = [reply._asdict() | {"z": reply.z.tolist()} for reply in found.replies]
    return found._asdict() | {"replies": replies}


def moves(checkpoint: str, history: History, seed: Seed = 0) -> dict[str, Any]:
    """Say what a dialogue model could do next: modes of its prior, or actions, before any words.

    Args:
        checkpoint: name of a dialogue model, for example dialog/dialog_wae_gmp--dailydialog.
        history: the turns so far, as in /respond.
        seed: of the draws that show codes which a model makes of noise.

    Returns:
        weights, means and spreads of the modes (a number, and two lists as long as a code, for
        each), actions with their probabilities, and left_out, as in /respond.
    """
    found = session.get_space(checkpoint).moves(history, seed=seed)
    return {
        "weights": found.weights.tolist(),
        "means": found.means.tolist(),
        "spreads": found.spreads.tolist(),
        "actions": [action._asdict() for action in found.actions],
        "left_out": found.left_out,
    }


def encode_reply(checkpoint: str, history: History, reply: str, seed: Seed = 0) -> dict[str, Any]:
    """Say where a reply lies among what a dialogue model could say next.

    Args:
        checkpoint: name of a dialogue model, for example dialog/cvae--dailydialog.
        history: the turns so far, as in /respond.
        reply: the next turn, as it was said or could be.
        seed: of the draws that show codes which a model makes of noise.

    Returns:
        mean and spread of its posterior, kl to the prior in nats (null where codes have no known
        density), its action, its reconstruction, and left_out, as in /respond.
    """
    found = session.get_space(checkpoint).encode_reply(history, reply, seed=seed)
    lists = {"mean": found.mean.tolist(), "spread": found.spread.tolist()}
    return finite(found._asdict() | lists)


def compare(checkpoint: str, other: str, inputs: list[str]) -> dict[str, Any]:
    """Let two checkpoints give back the same sentences or pictures, and align their codes.

    Args:
        checkpoint: name of a checkpoint, for example vae/vae--mnist--2d.
        other: name of the one to compare with.
        inputs: sentences, or pictures as data URLs.

    Returns:
        sides (for each of the two: checkpoint, title, cannot - why it does not, else empty - items
        as it gives them back, and difference of each from what was given, 0 to 1), drift (of each
        input: the distance between its two codes once they are centred, of root mean square length
        1, the shorter ones padded with zeros, and the second turned onto the first by orthogonal
        Procrustes; null where one has no codes or there are fewer than 3 inputs), and whole (root
        mean square of it: 0 for the same space turned, near the root of 2 for unrelated codes).
    """
    from app.widgets.compare import compute

    names = (checkpoint, other)
    leads = compute.leader(names)
    items = read_all(leads, inputs)

    def make(space: "LatentSpace") -> dict[str, Any]:
        compute.check_kind(space.info, leads.info)
        found = compute.reconstructions(space, items)
        return {"items": written(found["rebuilt"]), "difference": found["difference"]}

    sides = [compute.side(name, make) for name in names]
    able = len(items) >= LEAST and not any(one["cannot"] for one in sides)
    found = compute.map_of(names, leads, items)["map"] if able else None
    whole = {"drift": found and found["drift"], "whole": found and found["whole"]}
    return finite({"sides": sides} | whole)
