"""Fashion-MNIST in its four IDX files."""

from backend.corpora.download.source import Download, idx_files

DOWNLOAD = Download(
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
)
