"""What is taken in of a user's data."""

LIMITS = {
    "bytes": 256 << 20,  # of a file
    "unpacked": 1 << 30,  # bytes of what a ZIP or a gzip unpacks to
    "items": 500_000,  # more sentences are sampled
    "rows": 50_000_000,  # of a Parquet file: a few bytes can hold as many
    "pictures": 100_000,
    "pixels": 50_000_000,  # of one picture
    "length": 2_000,  # characters of a sentence
    "columns": 1_000,  # of a table
    "classes": 100,
    "fewest": 20,  # different items
}
