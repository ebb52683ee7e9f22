from interface.evaluation.evaluator import Progress
from interface.evaluation.telling import block, notice, progress_told


def test_progress_in_words_and_numbers():
    """While it runs: which one, how far in questions and per cent, what is being done, how long still."""
    said, bar = progress_told(Progress(1, "running", "essai", "test", "sans accents", done=250, total=1000, seconds=10))
    assert "L’évaluation «\u00a0essai\u00a0» (moitié de test) est en cours." in said
    assert '<progress max="100" value="25">' in bar
    assert "250 sur 1000\u00a0questions (25\u00a0%) · sans accents · encore 30\u00a0secondes environ" in bar


def test_an_end_is_said():
    """Saved, stopped and failed each have their sentence, and no bar."""
    ends = {
        Progress(1, "saved", "e", left_out=2, said="x"): "est dans la liste. 2\u00a0questions ont été laissées de côté",
        Progress(1, "saved", "e", left_out=1, said="x"): "1\u00a0question a été laissée de côté",
        Progress(1, "stopped", "e"): "a été arrêtée\u00a0: rien n’a été enregistré",
        Progress(1, "failed", "e", said="Parce que."): "Parce que.",
    }
    for progress, words in ends.items():
        said, bar = progress_told(progress)
        assert (words in said, bar) == (True, "")
    assert progress_told(Progress()) == ("", "")


def test_a_block_has_no_line_end():
    """A blank line in a quotation would end the HTML and begin Markdown."""
    assert block("<p>a\r\n\r\n# b</p>") == '<div class="eval"><p>a&#13;&#10;&#13;&#10;# b</p></div>'
    assert notice("<b>") == '<div class="eval"><p class="notice">&lt;b&gt;</p></div>'
