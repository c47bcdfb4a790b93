"""What is known of each of N items, such as its dialogue act: one column of names per tag."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

PREFIX = "tag."


@dataclass(frozen=True)
class Tags:
    """Columns of categories. ``names[tag]`` lists them, ``ids[tag]`` [N] points into that list."""

    names: dict[str, list[str]]
    ids: dict[str, np.ndarray]  # uint8 [N]

    @classmethod
    def of(cls, columns: Mapping[str, Sequence[str]]) -> "Tags":
        """Categories in falling frequency. Raises ``ValueError`` for more than 256 of them."""
        names, ids = {}, {}
        for tag, values in columns.items():
            found, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
            if len(found) > 256:
                raise ValueError(f"the tag {tag} has {len(found)} categories, more than 256")
            order = np.argsort(-counts, kind="stable")
            rank = np.argsort(order)
            names[tag] = [str(found[i]) for i in order]
            ids[tag] = rank[inverse].astype(np.uint8)
        return cls(names, ids)

    def first(self, n: int) -> "Tags":
        return Tags(self.names, {tag: column[:n] for tag, column in self.ids.items()})

    def arrays(self) -> dict[str, np.ndarray]:
        """For a safetensors file, beside ``metadata``."""
        return {PREFIX + tag: column for tag, column in self.ids.items()}

    def metadata(self) -> dict[str, str]:
        return {"tags": json.dumps(self.names)}

    @classmethod
    def read(cls, arrays: dict[str, np.ndarray], metadata: dict[str, str]) -> "Tags":
        """Takes the tags' columns out of ``arrays``."""
        names = json.loads(metadata.get("tags", "{}"))
        return cls(names, {tag: arrays.pop(PREFIX + tag) for tag in names})
