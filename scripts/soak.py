"""Ask a running server many things and watch its memory: ``python scripts/soak.py ADDRESS``.

Light and heavy, right and wrong questions come in a mix drawn by the seed, each as a new visitor.
Prints resident memory and answers a second as it goes on, and ends with status 1 if memory grew
by more than a tenth after the first tenth of the calls, or went beyond its bound, or a question
was answered with a fault of the server.
"""

import argparse
import json
import random
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

TEXT, PICTURES, MIXTURE = (
    "text_vae/text_vae--tatoeba",
    "vae/vae--mnist--2d",
    "text_vae/dgmvae--smd",
)
WORDS = "lm/lstm_lm--everyday--forward"
# weight, endpoint, values for a random seed
MIX: list[tuple[int, str, Any]] = [
    (20, "sample", lambda seed: [TEXT, 1 + seed % 16, seed, 1.0, "prior", 0.5, None]),
    (20, "sample", lambda seed: [PICTURES, 1 + seed % 32, seed, 1.0, "prior", 0.0, None]),
    (15, "next_words", lambda seed: [WORDS, "a man is", 10, 1.0, seed % 3, seed, 0, 1.0]),
    (10, "interpolate", lambda seed: [TEXT, "I like tea.", "It rains.", 8, "slerp", seed]),
    (5, "responsibilities", lambda seed: [MIXTURE, ["what is the weather"] * (1 + seed % 9)]),
    (5, "decode_at", lambda seed: [MIXTURE, "pca", seed % 7 / 7, 0.1, None]),
    (3, "edit_chain", lambda seed: [["dog"], "", "keywords", 3, seed, *DEFAULTS]),
    (3, "train_points", lambda seed: ["vae", "ring", 5, seed, 1.0, None, 2, None]),
    (2, "frontier", lambda seed: [""]),
    (5, "sample", lambda seed: [TEXT, "many", seed, 1.0, "prior", 0.0, None]),
    (5, "decode", lambda seed: [TEXT, [[float(seed)] * (seed % 40)], 0.0, 0, None]),
    (4, "encode", lambda seed: [TEXT, ["x" * (seed % 100_000)], None]),
    (3, "sample", lambda seed: [f"vae/none--{seed}", 1, 0, 1.0, "prior", 0.0, None]),
]  # fmt: skip
DEFAULTS = [1, "exact", "lm/lstm_lm--everyday", 5, 15, None, None, None]


def ask(address: str, number: int) -> str:
    """One question; what became of it."""
    draw = random.Random(number)
    _, name, values = draw.choices(MIX, [weight for weight, _, _ in MIX])[0]
    body = {"data": values(draw.randrange(2**31)), "session_hash": f"soak{number}"}
    request = urllib.request.Request(
        f"{address}gradio_api/run/{name}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:
            answer.read()
            return "answered"
    except urllib.error.HTTPError as error:
        said = json.loads(error.read() or b"{}").get("error")
        sound = error.code < 500 and said and "Something went wrong" not in said
        return "refused" if sound else f"fault {error.code} of {name}"


def memory(address: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{address}health", timeout=600) as answer:
        return json.load(answer)["memory"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="such as http://127.0.0.1:7860/")
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--visitors", type=int, default=4, help="who ask at once")
    options = parser.parse_args()
    address = options.address.rstrip("/") + "/"
    part = max(1, options.calls // 10)
    counts: Counter[str] = Counter()
    residents = []
    with ThreadPoolExecutor(options.visitors) as visitors:
        for first in range(0, options.calls, part):
            began = time.monotonic()
            counts.update(visitors.map(lambda n: ask(address, n), range(first, first + part)))
            found = memory(address)
            residents.append(found["resident"])
            rate = part / (time.monotonic() - began)
            said = f"{first + part:7,} calls {found['resident'] / 2**20:6.0f} MiB {rate:5.1f}/s"
            print(said, flush=True)
    print(dict(counts))
    faults = [kind for kind in counts if kind.startswith("fault")]
    grown = max(residents) > 1.1 * residents[0]
    beyond = max(residents) > found["limit"]
    if faults or grown or beyond:
        sys.exit(f"faults: {faults}; grown: {grown}; beyond the bound: {beyond}")


if __name__ == "__main__":
    main()
