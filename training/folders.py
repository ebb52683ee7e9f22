"""Model folders: opened in single precision to be trained, saved in half to be shipped."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertForQuestionAnswering, BertModel, PreTrainedModel, PreTrainedTokenizerFast

from errors import TresseError
from training.descent import best_device
from training.tokens import BOS, DOCUMENT, EOS, QUERY

Model = TypeVar("Model", bound=PreTrainedModel)

_LONGEST = 512  # places that the model has
_MODULES = ("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")


def open_encoder(folder: Path) -> BertModel:
    """Load the encoder of a sentence-transformers folder onto the best device, its table of pieces frozen.

    What is rare in the examples keeps the vectors it had beside what is frequent.
    """
    return _open(BertModel, folder, add_pooling_layer=False)


def open_reader(folder: Path) -> BertForQuestionAnswering:
    """Load a reader, or make one of an encoder: the weights of its two outputs are then drawn."""
    return _open(BertForQuestionAnswering, folder)


def _open(kind: type[Model], folder: Path, **options: Any) -> Model:
    if not (folder / "config.json").is_file():
        raise _no_model(folder)
    try:
        model = kind.from_pretrained(
            folder, dtype=torch.float32, attention_probs_dropout_prob=0.0, local_files_only=True, **options
        )
    except Exception as error:  # the libraries raise whatever their parsers and the disk raise
        raise _no_model(folder) from error
    torch.nn.Module.to(model, best_device())
    model.get_input_embeddings().weight.requires_grad_(False)
    return model


def open_tokenizer(folder: Path) -> Tokenizer:
    """Load `tokenizer.json`."""
    try:
        return Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library raises bare exceptions
        raise _no_model(folder) from error


def check_same_pieces(one: Path, other: Path) -> None:
    """Raise TresseError where two models do not split texts alike: a piece of one is then another’s in the other."""
    if open_tokenizer(one).get_vocab() != open_tokenizer(other).get_vocab():
        raise TresseError(f"{one} et {other} n’ont pas les mêmes morceaux de mots. Donnez deux modèles issus du même départ.")


def _no_model(folder: Path) -> TresseError:
    return TresseError(
        f"{folder} n’est pas un dossier de modèle BERT (config.json, model.safetensors, tokenizer.json). "
        "Indiquez models/encoder, ou faites-en un\u00a0: python -m training cut --help"
    )


def save_encoder(model: BertModel, tokenizer: Tokenizer, folder: Path) -> None:
    """Write a sentence-transformers folder: mean over places, unit length, e5’s prompts. Raises TresseError if one stands."""
    with _new(folder) as made:
        _save(model, tokenizer, made)
        for name, _ in _MODULES[1:]:
            (made / name).mkdir()
        kinds = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for path, kind in _MODULES]
        modules = [{"idx": place, "name": str(place), **kind} for place, kind in enumerate(kinds)]
        _write(made / "modules.json", modules)
        pooling = {"word_embedding_dimension": model.config.hidden_size, "pooling_mode_mean_tokens": True}
        _write(made / "1_Pooling" / "config.json", pooling)
        _write(made / "sentence_bert_config.json", {"max_seq_length": _LONGEST, "do_lower_case": False})
        prompts = {"query": QUERY, "document": DOCUMENT}
        _write(made / "config_sentence_transformers.json", {"prompts": prompts, "similarity_fn_name": "cosine"})


def save_reader(model: BertForQuestionAnswering, tokenizer: Tokenizer, folder: Path) -> None:
    """Write a folder for transformers. Raises TresseError where one stands."""
    with _new(folder) as made:
        _save(model, tokenizer, made)


def _save(model: PreTrainedModel, tokenizer: Tokenizer, folder: Path) -> None:
    """Write weights in half precision; the configuration says single, in which they are to be loaded."""
    weights = {name: weight.half() if weight.is_floating_point() else weight for name, weight in model.state_dict().items()}
    model.save_pretrained(folder, state_dict=weights)
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B:1 </s>:1", special_tokens=[("<s>", BOS), ("</s>", EOS)]
    )
    names = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "cls_token": "<s>"}
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        sep_token="</s>",
        model_max_length=_LONGEST,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        **names,
    ).save_pretrained(folder)


@contextmanager
def _new(folder: Path) -> Iterator[Path]:
    """Give a place beside `folder` to write to, which takes its name once all is written."""
    check_new(folder)
    made = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    yield made
    made.rename(folder)


def check_new(folder: Path) -> None:
    """Raise TresseError where the folder stands already: hours of training are not written over."""
    if folder.exists():
        raise TresseError(f"{folder} existe déjà. Donnez un autre nom, ou retirez ce dossier s’il ne sert plus.")


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
