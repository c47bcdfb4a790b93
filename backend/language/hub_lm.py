"""Any causal language model of ``transformers``, with its own tokens, in place of ours."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor

from backend.device import pick_device
from backend.distributions import sequence
from backend.distributions.sequence import BOS, EOS, PAD

SHIFT = 3  # room below the tokenizer's ids for <pad>, <bos> and <eos>
LONGEST = 512  # tokens read at most; our sentences have tens
BATCH = 16  # sentences scored at once: their logits over 50,000 tokens take memory
_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
_TROUBLE = (OSError, ValueError, ImportError, KeyError, RuntimeError, SafetensorError)


class HubDecoder:
    """A causal model of ``transformers`` as a ``StepDecoder``.

    Its ids are the tokenizer's moved up by ``SHIFT``, and the end mark is ``EOS``. Its states
    are the ids read so far, int64 [B, t]; its hidden vectors are logits [B, T, V].
    """

    def __init__(self, network: Any, begin: int, end: int | None, max_len: int) -> None:
        self.network = network
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
        logits = self.network(input_ids=own, use_cache=False).logits
        return logits[:, state.shape[1] :].float(), read

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
        if len(tokenizer) > network.get_input_embeddings().num_embeddings:
            raise ValueError(f"The tokenizer of {name} has more tokens than its model knows.")
        self.name = name
        self.tokenizer = tokenizer
        positions = getattr(network.config, "max_position_embeddings", None) or LONGEST
        begin = end if begin is None else begin
        self.decoder = HubDecoder(network, begin, end, min(positions, LONGEST))
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
            if not (folder / "config.json").is_file():
                raise ValueError(
                    f"The folder {name} holds no language model: config.json is missing. Give a "
                    "folder that save_pretrained wrote, with the model and its tokenizer."
                )
            network, tokenizer = _read(str(folder), local=True)
        elif not _NAME.fullmatch(name):
            raise ValueError(f"There is no folder {name}, and no model can be called so.")
        else:
            network, tokenizer = _fetch(name)
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


def _fetch(name: str) -> tuple[Any, Any]:
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


def _read(name: str, local: bool) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    safe = {"local_files_only": local, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, **safe)
        network = AutoModelForCausalLM.from_pretrained(
            name, use_safetensors=True, dtype=torch.float32, **safe
        )
    except _TROUBLE as error:
        reason = str(error).strip().split("\n")[0]
        raise ValueError(f"The language model {name} cannot be loaded: {reason}") from None
    return network, tokenizer
