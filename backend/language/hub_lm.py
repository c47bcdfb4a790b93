"""Any causal language model of ``transformers``, with its own tokens, in place of ours."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError
from torch import Tensor

from backend.device import pick_device
from backend.distributions import sequence
from backend.distributions.sequence import BOS, EOS, PAD
from backend.files import stand_in

SHIFT = 3  # room below the tokenizer's ids for <pad>, <bos> and <eos>
LONGEST = 512  # tokens read at most; our sentences have tens
BATCH = 16  # sentences scored at once: their logits over 50,000 tokens take memory
WEIGHTS = "model.safetensors"
_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
_TROUBLE = (OSError, ValueError, ImportError, KeyError, RuntimeError, SafetensorError)


class HubDecoder:
    """A causal model of ``transformers`` as a ``StepDecoder``.

    Its ids are the tokenizer's moved up by ``SHIFT``, and the end mark is ``EOS``. Its states
    are the ids read so far, int64 [B, t]; its hidden vectors are logits [B, T, V]. Ids where
    ``unwritten``, bool [V], is true stand for no token: their probability is shared out.
    """

    def __init__(
        self,
        network: Any,
        begin: int,
        end: int | None,
        max_len: int,
        unwritten: Tensor | None = None,
    ) -> None:
        self.network = network
        self.unwritten = unwritten
        self.begin = begin
        self.end = end
        self.max_len = max_len

    def start(self, batch: int) -> Tensor:
        """The state [batch, 0] before the first token."""
        return torch.zeros(batch, 0, dtype=torch.long, device=self.network.device)

    def hidden(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        read = torch.cat([state, inputs], 1)
        own = torch.where(read == BOS, self.begin, (read - SHIFT).clamp(min=0))
        # Pads stand after the sentence only, where causal attention does not look.
        logits = self.network(input_ids=own, use_cache=False).logits.float()
        if self.unwritten is not None:
            logits = logits.masked_fill(self.unwritten, -torch.inf)
        return logits[:, state.shape[1] :], read

    def token_log_prob(self, hidden: Tensor, targets: Tensor) -> Tensor:
        own = targets - SHIFT
        if self.end is not None:
            own = torch.where(targets == EOS, self.end, own)
        return hidden.log_softmax(1).gather(1, own[:, None])[:, 0]

    def log_probs(self, hidden: Tensor) -> Tensor:
        out = torch.nn.functional.pad(hidden.log_softmax(1), (SHIFT, 0), value=-torch.inf)
        if self.end is not None:
            out[:, EOS] = out[:, SHIFT + self.end]
            out[:, SHIFT + self.end] = -torch.inf
        return out


class HubLM:
    """A causal language model that somebody else trained, with its own subword tokens.

    A sentence is read after the tokenizer's beginning mark (after its end mark where it has no
    other, as GPT-2 was trained) and ends with its end mark, if it has one.

    Attributes:
        name: its name on the hub, or that of its folder without the path.
        backward: False; these models read from left to right.
        forbid: ids that are never written: none.
        longest: tokens that a sentence may have.
        note: what a person should know of how it is read, a sentence; mostly "".
    """

    backward = False
    forbid: tuple[int, ...] = ()

    def __init__(self, name: str, network: Any, tokenizer: Any) -> None:
        begin, end = tokenizer.bos_token_id, tokenizer.eos_token_id
        if begin is None and end is None:
            raise ValueError(
                f"The tokenizer of {name} has neither a beginning nor an end mark, so the model "
                "cannot say how a sentence begins. Choose another model."
            )
        begin = end if begin is None else begin
        unwritten = _unwritten(name, tokenizer, *_vocabulary(name, network, begin))
        size = len(unwritten)
        extra = int(unwritten.sum())
        self.name = name
        self.note = ""
        if extra:
            self.note = (
                f"The model {name} has {size:,} outputs, its tokenizer {size - extra:,} tokens: "
                "the others stand for no text, and their probability is shared out among the rest."
            )
        self.tokenizer = tokenizer
        positions = getattr(network.config, "max_position_embeddings", None) or LONGEST
        mask = unwritten.to(network.device) if extra else None
        self.decoder = HubDecoder(network, begin, end, min(positions, LONGEST), mask)
        self.longest = self.decoder.max_len - 2  # the end mark must not be the last one possible

    @classmethod
    def load(cls, name: str, device: str = "auto") -> "HubLM":
        """The model in a folder, or called so on the Hugging Face hub, in ``eval`` mode.

        The network is asked only for what is not on this machine, and not at all where
        ``HF_HUB_OFFLINE`` is set. Weights must be safetensors; no code of the model is run.

        Raises:
            ValueError: there is no such model, or it cannot be read; says what to do.
        """
        where = pick_device(device)
        folder = Path(name).expanduser()
        title = folder.resolve().name if folder.is_dir() else name
        if folder.is_dir():
            _check_files(folder)
            network, tokenizer, report = _read(str(folder), local=True)
            _check_tokenizer(folder, tokenizer)
        elif not _NAME.fullmatch(name):
            raise ValueError(f"There is no folder {name}, and no model can be called so.")
        else:
            network, tokenizer, report = _fetch(name)
        _check_weights(name, network, report)
        return cls(title, network.eval().requires_grad_(False).to(where), tokenizer)

    @property
    def device(self) -> torch.device:
        return self.decoder.network.device

    def start(self, batch: int) -> Tensor:
        return self.decoder.start(batch)

    def ids(self, text: str) -> list[int]:
        """Ids of a text as the decoder takes them; raises ``ValueError`` for one too long."""
        # What looks like a mark is text that somebody typed.
        found = self.tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)
        if len(found) > self.longest:
            raise ValueError(
                f"The sentence has {len(found)} tokens; this model reads at most {self.longest}. "
                "Shorten it."
            )
        return [SHIFT + i for i in found]

    def pieces(self, text: str) -> list[str]:
        """The tokens of a text, each as it is written, spaces included."""
        return [self.piece(i) for i in self.ids(text)]

    def piece(self, token: int) -> str:
        """One token as it is written; where it is part of a letter, as the tokenizer names it."""
        written = self._decoded([token])
        if written and "\ufffd" not in written:
            return written
        return self.tokenizer.convert_ids_to_tokens(token - SHIFT) or f"<{token - SHIFT}>"

    def unknown(self, text: str) -> list[str]:
        """No word is unknown: rare ones are spelled from parts."""
        return []

    def joined(self, text: str, added: Sequence[int]) -> str:
        """``text`` and the tokens ``added`` after it; an end mark is not written."""
        return self._decoded([*self.ids(text), *(token for token in added if token != EOS)])

    def _decoded(self, ids: Sequence[int]) -> str:
        own = [i - SHIFT for i in ids]
        return self.tokenizer.decode(own, clean_up_tokenization_spaces=False)

    @torch.inference_mode()
    def log_probs(self, texts: Sequence[str]) -> list[float]:
        """log p of each text, nats: of its tokens after the beginning mark, and of the end mark.

        The end mark is not counted where the tokenizer has none.
        """
        end = [] if self.decoder.end is None else [EOS]
        rows = [[*self.ids(text), *end] for text in texts]
        found: list[float] = []
        for first in range(0, len(rows), BATCH):
            part = rows[first : first + BATCH]
            width = max(map(len, part))
            if width == 0:  # nothing to score, which the network would not take
                found += [0.0] * len(part)
                continue
            x = torch.tensor([row + [PAD] * (width - len(row)) for row in part])
            p = sequence.Sequence(self.decoder, self.start(len(part)), len(part))
            found += p.log_prob(x.to(self.device)).tolist()
        return found


def _lacking(folder: Path, what: str) -> ValueError:
    return ValueError(
        f"The language model {folder} cannot be loaded: {what}. Give a folder that "
        "save_pretrained wrote, with the model and its tokenizer."
    )


def _check_files(folder: Path) -> None:
    """Raises ``ValueError`` where the folder holds a part of a model, or what stands in for it."""
    if not (folder / "config.json").is_file():
        raise _lacking(folder, "config.json is missing")
    for path in [*sorted(folder.glob("*.json")), *sorted(folder.glob("*.model"))]:
        if path.is_file() and (problem := stand_in(path)):
            raise _lacking(folder, f"{path.name} {problem}")
    parts = [WEIGHTS] if (folder / WEIGHTS).exists() else _shards(folder)
    missing = [part for part in parts if not (folder / part).is_file()]
    if missing and len(parts) > 1:
        raise _lacking(folder, f"{missing[0]} is missing, {len(missing)} of {len(parts)} parts")
    if missing and any(folder.glob("pytorch_model*.bin")):
        raise _lacking(
            folder, "its weights are pickled, and pickles can run code; save them again"
        )
    if missing:
        raise _lacking(folder, f"{missing[0]} is missing")
    for part in parts:
        if problem := stand_in(folder / part):
            raise _lacking(folder, f"{part} {problem}")


def _shards(folder: Path) -> list[str]:
    """Names of the files that share the weights."""
    index = folder / f"{WEIGHTS}.index.json"
    if not index.is_file():
        return [WEIGHTS]
    try:
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        if names and all(Path(name).name == name for name in names):
            return names
    except (ValueError, KeyError, TypeError, AttributeError):
        pass  # said below
    raise _lacking(folder, f"{index.name} does not say which files hold the weights")


def _check_tokenizer(folder: Path, tokenizer: Any) -> None:
    """Raises ``ValueError`` where the files are missing: transformers then makes an empty one."""
    whole = "tokenizer.json"
    parts = [name for name in tokenizer.vocab_files_names.values() if name != whole]
    missing = [name for name in parts if not (folder / name).is_file()]
    if missing and not (folder / whole).is_file():  # ByT5 and others need no file
        raise _lacking(folder, f"its tokenizer is missing ({whole}, or {' and '.join(parts)})")


def _vocabulary(name: str, network: Any, token: int) -> tuple[int, int]:
    """How many tokens the model reads, and how many outputs it has.

    Raises ``ValueError`` where it is no model of what comes next: encoders such as BERT can be
    loaded as language models, but look at the words to come.
    """
    known = network.get_input_embeddings().num_embeddings
    if not 0 <= token < known:
        raise _mismatch(name)
    rows = [[token] * 3, [token, token, (token + 1) % known]]
    with torch.inference_mode():
        logits = network(
            input_ids=torch.tensor(rows, device=network.device), use_cache=False
        ).logits.float()
    if not logits.isfinite().all():
        raise ValueError(f"The model {name} gives no numbers: its weights are damaged.")
    scale = float(logits.abs().max()) + 1e-6
    if float((logits[0, :2] - logits[1, :2]).abs().max()) > 1e-3 * scale:
        raise ValueError(
            f"The model {name} looks at words that come later, so it cannot say what comes next. "
            "Choose a causal language model."
        )
    return known, logits.shape[-1]


def _unwritten(name: str, tokenizer: Any, known: int, outputs: int) -> Tensor:
    """Which outputs stand for no token, bool [outputs]; embeddings are often padded.

    Raises ``ValueError`` where a text could hold a token that the model does not have.
    """
    ids = set(tokenizer.get_vocab().values())
    size = min(known, outputs)
    if any(i >= size for i in ids - set(tokenizer.all_special_ids)):
        raise _mismatch(name)
    unwritten = torch.ones(outputs, dtype=torch.bool)
    unwritten[[i for i in ids if i < size]] = False
    return unwritten


def _mismatch(name: str) -> ValueError:
    return ValueError(
        f"The tokenizer of {name} has more tokens than its model knows: they do not belong "
        "together. Save the model again after resize_token_embeddings."
    )


def _fetch(name: str) -> tuple[Any, Any, dict[str, Any]]:
    """From the files that are here, else from the hub."""
    from huggingface_hub import constants

    try:
        return _read(name, local=True)
    except ValueError:
        if constants.HF_HUB_OFFLINE:
            raise ValueError(
                f"The model {name} is not on this machine, and HF_HUB_OFFLINE keeps it from being "
                "fetched. Give a folder, or set HF_HUB_OFFLINE=0."
            ) from None
    return _read(name, local=False)


def _read(name: str, local: bool) -> tuple[Any, Any, dict[str, Any]]:
    """The network, its tokenizer, and what transformers says of the weights."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    safe = {"local_files_only": local, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, **safe)
    except _TROUBLE as error:
        raise _unreadable("The tokenizer (tokenizer.json) of", name, error) from None
    try:
        loaded = AutoModelForCausalLM.from_pretrained(
            name, use_safetensors=True, dtype=torch.float32, output_loading_info=True, **safe
        )
    except _TROUBLE as error:
        raise _unreadable("The language model", name, error) from None
    network, report = cast(tuple[Any, dict[str, Any]], loaded)  # as loading info is asked for
    return network, tokenizer, report


def _check_weights(name: str, network: Any, report: dict[str, Any]) -> None:
    """Raises ``ValueError`` where weights and network are not those of one model."""
    if lacking := sorted(report["missing_keys"]):  # they would be random
        raise ValueError(
            f"The language model {name} cannot be loaded: its weights lack {len(lacking)} of its "
            f"tensors, {lacking[0]} among them. They are of another model, or a part of one."
        )
    shapes = {_shape(key) for key in network.state_dict()}
    if extra := sorted(key for key in report["unexpected_keys"] if _shape(key) in shapes):
        raise ValueError(
            f"The language model {name} cannot be loaded: its weights have {extra[0]}, and its "
            "config.json has no such layer. They do not belong together."
        )


def _unreadable(what: str, name: str, error: Exception) -> ValueError:
    reason = str(error).strip().split("\n")[0].rstrip(":. ")
    return ValueError(f"{what} {name} cannot be loaded: {reason}.")


def _shape(key: str) -> str:
    """The name of a tensor without the number of its layer."""
    return re.sub(r"\d+", "#", key)
