"""Measure checkpoints on held-out data and write their metrics.json.

    python scripts/evaluate.py text_vae/text_vae--tatoeba
    python scripts/evaluate.py vae/vae--mnist--2d --only fid_ours inception_score

``--only`` replaces the named numbers and keeps the others. See backend/pipeline/measure.py.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backend.corpora import MissingCorpus
from backend.evaluation.table import METRICS
from backend.pipeline.measure import measure, problem
from scripts.console import show_what_can_be_shown


def main(arguments: list[str] | None = None) -> int:
    show_what_can_be_shown()
    parser = argparse.ArgumentParser(description="Measure checkpoints on held-out data.")
    parser.add_argument("names", nargs="+", metavar="NAME", help="checkpoints to measure")
    parser.add_argument("--only", nargs="+", metavar="ID", choices=METRICS, help="ids to measure")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    options = parser.parse_args(arguments)
    for name in options.names:
        if complaint := problem(name):
            parser.error(complaint)
    for name in options.names:
        print(name, file=sys.stderr)
        try:
            for report in measure(name, options.only, options.device):
                took = f"{report.values['seconds']:5} s"
                print(f"  {report.text}  ({took.strip()})", file=sys.stderr, flush=True)
        except MissingCorpus as error:
            sys.exit(str(error))
        except OSError as error:
            sys.exit(error.strerror or str(error))
        except ValueError as error:
            sys.exit(f"{name}: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
