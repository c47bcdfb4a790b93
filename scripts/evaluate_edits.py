"""Measure chains of edits and attacks on held-out inputs; writes tables beside the checkpoints.

    python scripts/evaluate_edits.py lm/lstm_lm--everyday            # edits.json of the pair
    python scripts/evaluate_edits.py classifier/text_classifier--yelp  # attacks.json

Everything is seeded. Sentences are judged by a language model that made none of them. ``--only``
replaces the named tables and keeps the others.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch

from backend.corpora import MissingCorpus
from backend.language import attacks, edits
from backend.pipeline.edits.measure import TABLES, measure_attacks, measure_pair
from scripts.console import show_what_can_be_shown


def main(arguments: list[str] | None = None) -> int:
    show_what_can_be_shown()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="+", metavar="NAME", help="pairs, or classifiers")
    parser.add_argument("--only", nargs="+", choices=TABLES, help="tables of a pair to measure")
    parser.add_argument("--n", type=int, help="inputs per table instead of the usual number")
    parser.add_argument(
        "--again", action="store_true", help="keep stored attacks; judge likeness, acceptance"
    )
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    pairs = {pair["name"] for pair in edits.pairs()}
    victims = {info.name for info in attacks.victims()}
    if wrong := [name for name in options.names if name not in pairs | victims]:
        parser.error(f"neither a pair of language models nor a classifier: {', '.join(wrong)}")
    try:
        for name in options.names:
            if name in victims:
                reports = measure_attacks(name, options.n, options.again)
            else:
                reports = measure_pair(name, options.only, options.n)
            for report in reports:
                print(report.text, file=sys.stderr, flush=True)
                for row in report.values.get("rows", []):
                    print(f"  {row}", file=sys.stderr, flush=True)
    except MissingCorpus as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(error.strerror or str(error))
    except ValueError as error:
        sys.exit(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
