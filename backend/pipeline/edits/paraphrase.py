"""Questions put in other words."""

from sacrebleu.metrics import BLEU

from backend.corpora.location import lines
from backend.pipeline.edits.bench import Bench, Row, Table, best_of, rounded, run, spread


def paraphrase(bench: Bench, n: int = 100) -> Table:
    """Questions put in other words: the most probable sentence unlike the source."""
    steps = 150
    with_known = [
        pair
        for line in lines("quora-paraphrase/test.tsv.gz")
        if len(pair := line.rstrip("\n").split("\t")) == 2
        and all(bench.known(text, longest=15) for text in pair)
        and len(bench.ids(pair[0])) >= 4
    ]
    pairs = [with_known[i] for i in spread(len(with_known), n)]
    sources, references, outputs, examples = [], [], [], []
    for number, (source, reference) in enumerate(pairs):
        size = len(bench.ids(source))
        editor = bench.editor(
            task="paraphrase", start=source, shortest=max(3, size - 3), longest=min(24, size + 3)
        )
        start = editor.words(editor.start)
        found = best_of(run(editor, steps), other_than=start)
        sources.append(" ".join(start))
        references.append(" ".join(bench.forward.processor.tokens(reference)))
        outputs.append(" ".join(found))
        if number % max(1, len(pairs) // 12) == 0:
            text = editor.text(editor.ids(found))
            examples.append({"source": source, "chain": text, "reference": reference})
    bleu = BLEU(tokenize="none")

    def row(label: str, written: list[str]) -> Row:
        return {
            "label": label,
            "n": len(written),
            "BLEU-ref": bleu.corpus_score(written, [references]).score,
            "BLEU-ori": bleu.corpus_score(written, [sources]).score,
        }

    rows = [row(f"chain, {steps} steps, best", outputs), row("the source, copied", sources)]
    published = [
        {"label": "CGMH, as published", "BLEU-ref": 18.85, "BLEU-ori": 50.18, "reference": True},
        {"label": "source copied, as published", "BLEU-ref": 30.49, "BLEU-ori": 100.0}
        | {"reference": True},
    ]
    return {
        "title": "Paraphrases of Quora questions",
        "note": "Test pairs of at most 15 words, all of them known to the pair. BLEU-ref wants to "
        "be high, BLEU-ori (likeness to the source) low. Published rows are on all pairs, with "
        "a language model trained on such questions.",
        "rows": rounded(rows) + published,
        "examples": examples,
    }


TABLES = {"paraphrase": paraphrase}
