"""Loaded models over words that have no latent space: language models and classifiers."""

from typing import NamedTuple, cast

import torch

from backend import checkpoint
from backend.base import GenerativeModel
from backend.checkpoint import CheckpointInfo
from backend.device import pick_device
from backend.language.samplers.mha import Classifier
from backend.nets.language import LanguageModel
from backend.processors import KINDS
from backend.processors.text import TextProcessor


class TextModel(NamedTuple):
    info: CheckpointInfo
    model: GenerativeModel
    processor: TextProcessor

    @property
    def lm(self) -> LanguageModel:
        """The model as a language model, which it is where it has ``log_prob``."""
        return cast(LanguageModel, self.model)

    @property
    def classifier(self) -> Classifier:
        """The model as a classifier, which it is where it has ``classify``."""
        return cast(Classifier, self.model)

    @property
    def device(self) -> torch.device:
        return self.model.device

    @classmethod
    def load(cls, name: str, device: str = "auto") -> "TextModel":
        """Raises as ``backend.load`` does."""
        info = checkpoint.info(name)
        model = checkpoint.load_model(name)
        if not KINDS[info.modality].words:
            raise ValueError(f"{name} is a model of pictures. Choose one of sentences.")
        try:
            processor = TextProcessor.load(info.path)
        except FileNotFoundError as error:
            raise ValueError(f"{name} cannot be loaded: {error.filename} is missing") from None
        return cls(info, model.to(pick_device(device)), processor)
