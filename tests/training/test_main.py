import json
import shutil
import subprocess
import sys

import pytest
from sentence_transformers import SentenceTransformer
from transformers import BertForQuestionAnswering

from settings import ROOT
from training.__main__ import main


def test_both_models_are_made_from_the_command_line(data, start, tmp_path, capsys):
    """The encoder, its mix with its start and the reader are folders that load, and what was held out is measured."""
    few = ["--steps", "2", "--batch", "4", "--seed", "3"]
    assert main(["encoder", str(data), str(start), str(tmp_path / "encoder"), *few]) == 0
    assert main(["mix", str(tmp_path / "encoder"), str(start), str(tmp_path / "mixed"), "--share", "0,6"]) == 0
    assert main(["reader", str(data), str(tmp_path / "encoder"), str(tmp_path / "reader"), *few]) == 0
    said = capsys.readouterr().out
    assert "pas 2 sur 2\u00a0: perte " in said
    assert "Documents mis de côté, 1 questions" in said
    assert "aire " in said
    assert SentenceTransformer(str(tmp_path / "mixed"), device="cpu", local_files_only=True).encode("four").shape == (64,)
    assert BertForQuestionAnswering.from_pretrained(tmp_path / "reader").qa_outputs.out_features == 2
    assert not list(tmp_path.glob("*.part"))


def test_what_was_trained_is_not_written_over(data, start, tmp_path, capsys):
    """A folder that stands is refused before anything is trained."""
    assert main(["encoder", str(data), str(start), str(tmp_path)]) == 1
    assert "existe déjà. Donnez un autre nom" in capsys.readouterr().err


def test_a_start_that_is_no_model_is_a_sentence(data, tmp_path, capsys):
    """Named, with what to give instead; nothing is left behind."""
    assert main(["reader", str(data), str(tmp_path / "absent"), str(tmp_path / "out")]) == 1
    assert "absent n’est pas un dossier de modèle BERT" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_two_models_of_other_pieces_do_not_mix(start, tmp_path, capsys):
    """Nor does a reader go on with an encoder whose pieces are others."""
    other = shutil.copytree(start, tmp_path / "other")
    vocabulary = json.loads((other / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary["model"]["vocab"][4][0] = "▁autrement"
    (other / "tokenizer.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    assert main(["mix", str(start), str(other), str(tmp_path / "out")]) == 1
    assert main(["reader", str(tmp_path), str(start), str(tmp_path / "out"), "--from", str(other)]) == 1
    assert capsys.readouterr().err.count("n’ont pas les mêmes morceaux de mots") == 2


def test_cutting_to_no_text_is_a_sentence(tmp_path, capsys):
    """What to keep must come from somewhere."""
    assert main(["cut", str(tmp_path / "out")]) == 1
    assert "--words" in capsys.readouterr().err


@pytest.mark.parametrize("given", [["--rate", "vite"], ["--epochs", "0"], ["--seed", "-1"]])
def test_a_number_that_is_none_is_refused(given, capsys):
    """In French, with the status 2."""
    with pytest.raises(SystemExit) as stopped:
        main(["encoder", "données", "départ", "sortie", *given])
    assert stopped.value.code == 2
    assert "n’est pas un nombre" in capsys.readouterr().err


def test_help_loads_nothing_heavy():
    """Arguments are read before PyTorch is."""
    code = "import sys, training.__main__; print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said == "[]\n"
