"""The table of corpora for download_data.py: where each comes from and what is made of it."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from scripts.corpus_builders import (
    Files,
    build_cgmh,
    build_commongen,
    build_dailydialog,
    build_english,
    build_flickr8k,
    build_lines,
    build_ptb,
    build_quora,
    build_sick,
    build_smd,
    build_snli,
    build_sst2,
)

FIXED = "a fixed version, checked line by line"
YELP = tuple(f"data/yelp/sentiment.{part}.{label}" for part in ("dev", "test") for label in (0, 1))


class Source(NamedTuple):
    url: str
    sha256: str | None = None  # None: not known, or the file is replaced from time to time
    mirror: str | None = None  # another address of the same file

    @property
    def addresses(self) -> list[str]:
        return [self.url, self.mirror] if self.mirror else [self.url]


class Corpus(NamedTuple):
    licence: str
    home: str
    megabytes: int
    sources: dict[str, Source]  # file name in the corpus folder -> where it comes from
    # Where the downloads are not the corpus: the files to make of them, and the maker.
    built: tuple[str, ...] = ()
    build: Callable[[list[Path]], Files] | None = None
    check: str = "checked by SHA-256"  # how one knows that the right files came


def idx_files(base: str, *sha256: str) -> dict[str, Source]:
    """The four files that MNIST and its followers consist of."""
    names = (
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    )
    return {name: Source(base + name, sha) for name, sha in zip(names, sha256, strict=True)}


def github(repository: str, ref: str, *paths: str) -> dict[str, Source]:
    """Files of a repository at a commit, which never changes, or a branch; kept by their names."""
    base = f"https://raw.githubusercontent.com/{repository}/{ref}/"
    return {Path(path).name: Source(base + path) for path in paths}


CORPORA = {
    "tatoeba": Corpus(
        licence="CC BY 2.0 FR; attribution: tatoeba.org and manythings.org/anki",
        home="https://www.manythings.org/anki/",
        megabytes=20,
        sources={
            "fra-eng.zip": Source("https://www.manythings.org/anki/fra-eng.zip"),
            "deu-eng.zip": Source("https://www.manythings.org/anki/deu-eng.zip"),
        },
        built=("english.txt.gz",),
        build=build_english,
        check="grows with time: no fixed checksum or size",
    ),
    "smd": Corpus(
        licence="none is stated",
        home="https://nlp.stanford.edu/blog/"
        "a-new-multi-turn-multi-domain-task-oriented-dialogue-dataset/",
        megabytes=3,
        # The normalised text as the authors of EER publish it.
        sources=github(
            "scoyer/EER",
            "fc33de01139644170512c2b39405f33249cb5192",
            *(f"data/KVR/{split}.txt" for split in ("train", "dev", "test")),
        ),
        built=tuple(f"{split}.normalised.jsonl.gz" for split in ("train", "dev", "test")),
        build=build_smd,
        check=FIXED,
    ),
    "dailydialog": Corpus(
        licence="CC BY-NC-SA 4.0: no commercial use",
        home="http://yanran.li/dailydialog",
        megabytes=5,
        sources={
            "ijcnlp_dailydialog.zip": Source(
                "http://yanran.li/files/ijcnlp_dailydialog.zip",
                "c641e88cbf21fd7c1b57289387f9107d33fe8685a2b37fe8066b82776535ea89",
                # The home page is often out of reach.
                mirror="https://web.archive.org/web/2022id_/"
                "http://yanran.li/files/ijcnlp_dailydialog.zip",
            )
        },
        built=tuple(f"{split}.jsonl.gz" for split in ("train", "validation", "test")),
        build=build_dailydialog,
    ),
    "ptb": Corpus(
        licence="for research; the treebank it was made of is licensed by the LDC",
        home="http://www.fit.vutbr.cz/~imikolov/rnnlm/",
        megabytes=2,
        sources=github("timbmg/RNNLM", "4e5bddfd042beb3e1aa1f282954cc31567294c83", "data/ptb.zip"),
        built=tuple(f"ptb.{split}.txt.gz" for split in ("train", "valid", "test")),
        build=build_ptb,
        check=FIXED,
    ),
    "yelp-sentences": Corpus(
        licence="the sentences fall under the terms of the Yelp data set",
        home="https://www.yelp.com/dataset",
        megabytes=10,
        sources=github("shentianxiao/language-style-transfer", "master", *YELP),
        built=tuple(f"{Path(path).name}.gz" for path in YELP),
        build=build_lines,
        check="checked line by line",
    ),
    "sst2": Corpus(
        licence="none is stated",
        home="https://nlp.stanford.edu/sentiment/",
        megabytes=4,
        sources=github(
            "awake020/pytorch_Bert_sst2",
            "54e22ca58a656750f474ec61ebccaf5ff596de96",
            *(f"SST-2/{split}.tsv" for split in ("train", "dev", "test")),
        ),
        built=tuple(f"{split}.tsv.gz" for split in ("train", "dev", "test")),
        build=build_sst2,
        check=FIXED,
    ),
    "snli-subset": Corpus(
        licence="CC BY-SA 4.0",
        home="https://nlp.stanford.edu/projects/snli/",
        megabytes=2,
        # 18,000 and 2,000 of the 570,000 pairs.
        sources=github(
            "academic-repository/cat",
            "7248e705e6cf5c7022879ca167e8534ba9e76062",
            "data/snli/train.csv",
            "data/snli/test.csv",
        ),
        built=("train.jsonl.gz", "test.jsonl.gz", "sentences.txt.gz"),
        build=build_snli,
        check=FIXED,
    ),
    "sick": Corpus(
        licence="CC BY-NC-SA 3.0: no commercial use",
        home="https://marcobaroni.org/composes/sick.html",
        megabytes=1,
        sources=github(
            "brmson/dataset-sts",
            "11bb9cf92419821f3bf907e9bd22291bed84d990",
            *(
                f"data/sts/sick2014/SICK_{part}.txt"
                for part in ("train", "trial", "test_annotated")
            ),
        ),
        built=tuple(f"{split}.jsonl.gz" for split in ("train", "trial", "test")),
        build=build_sick,
        check=FIXED,
    ),
    "flickr8k-captions": Corpus(
        licence="none is stated",
        home="https://hockenmaier.cs.illinois.edu/Framing_Image_Description/KCCA.html",
        megabytes=4,
        sources=github(
            "edwardcruzcruz/Describiendo_imagenes_keras",
            "5c9a0ffed365098d0df880dd73c1908d2228cc28",
            "Flickr8k_text/Flickr8k.token.txt",
            *(f"Flickr8k_text/Flickr_8k.{split}Images.txt" for split in ("train", "dev", "test")),
        ),
        built=("captions.tsv.gz",),
        build=build_flickr8k,
        check=FIXED,
    ),
    "commongen": Corpus(
        licence="MIT",
        home="https://inklab.usc.edu/CommonGen/",
        megabytes=5,
        sources=github(
            "INK-USC/CommonGen",
            "f5a4d0140876cf862cb41ffc9aefa834d0d6d0f7",
            *(
                f"dataset/final_data/commongen/commongen.{split}.{column}.txt"
                for split in ("train", "dev")
                for column in ("cs_str", "tgt")
            ),
        ),
        built=("train.jsonl.gz", "dev.jsonl.gz"),
        build=build_commongen,
        check=FIXED,
    ),
    "quora-paraphrase": Corpus(
        licence="the terms of Quora: no commercial use",
        home="https://quoradata.quora.com/First-Quora-Dataset-Release-Question-Pairs",
        megabytes=6,
        sources=github(
            "arvind385801/paraphraseGen",
            "d94c19885df1b5e9eb3d53a2441420adc7f5888e",
            *(f"data/{name}.txt" for name in ("train", "super/train_2", "test", "super/test_2")),
        ),
        built=("train.tsv.gz", "test.tsv.gz"),
        build=build_quora,
        check=FIXED,
    ),
    "cgmh": Corpus(
        licence="none is stated; the sentences of Tatoeba CC BY 2.0 FR",
        home="https://github.com/NingMiao/CGMH",
        megabytes=8,
        sources={
            f"{task}.txt": Source(
                "https://raw.githubusercontent.com/NingMiao/CGMH/"
                f"10e245227d6b4144c4d906b22d17f2491536682c/{task}/input/input.txt"
            )
            for task in ("key_gen", "paraphrase", "correction")
        }
        | {"fra-eng.zip": Source("https://www.manythings.org/anki/fra-eng.zip")},
        built=(
            "keywords_published.jsonl",
            "paraphrase_input.txt",
            "correction_input.txt",
            "keywords_tatoeba.jsonl",
        ),
        build=build_cgmh,
        check="keyword sets are drawn anew from the Tatoeba sentences of the day",
    ),
    "mnist": Corpus(
        licence="not stated on the home page; often listed as CC BY-SA 3.0",
        home="http://yann.lecun.com/exdb/mnist/",
        megabytes=12,
        sources=idx_files(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    ),
    "fashion-mnist": Corpus(
        licence="MIT",
        home="https://github.com/zalandoresearch/fashion-mnist",
        megabytes=31,
        sources=idx_files(
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
}

# Data sets that are read from several corpora, or are named otherwise than their folder.
COLLECTIONS = {
    "everyday": ("tatoeba", "commongen", "flickr8k-captions", "snli-subset", "sick", "cgmh"),
    "entailment": ("snli-subset", "sick"),
    "yelp": ("yelp-sentences",),
    "color-mnist": ("mnist",),
}


def parts(dataset: str) -> tuple[str, ...]:
    """The corpora that a data set of the models is read from."""
    return COLLECTIONS.get(dataset, (dataset,))
