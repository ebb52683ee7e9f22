import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from interface.evaluation.naming import report_address
from interface.evaluation.report_route import file_name, report_route
from interface.evaluation.shelf import PUBLISHED
from interface.security import Guard


@pytest.fixture
def client(shelf):
    return TestClient(Guard(Starlette(routes=[report_route(shelf)]), names=()), base_url="http://127.0.0.1:7860")


def test_a_report_is_a_file_to_keep(client, two_runs):
    """The report comes as an attachment, byte for byte: neither our script nor our style is put in it."""
    response = client.get(report_address(two_runs[1]))
    assert response.status_code == 200
    assert response.headers["content-disposition"] == f'attachment; filename="{file_name([two_runs[1]])}"'
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.text.startswith("<!doctype html>")
    assert "/interface/" not in response.text
    assert "Échecs" in response.text


def test_a_report_of_two(client, two_runs):
    """Two runs stand side by side, with what changed."""
    assert "Ce qui a changé" in client.get(report_address(*two_runs)).text


@pytest.mark.usefixtures("two_runs")
@pytest.mark.parametrize("folder", ["absent", "..", "../runs", "/etc", "", PUBLISHED])
def test_only_a_run_has_a_report(client, folder):
    """What is no run of the folder is not found, in words; no other path is opened."""
    response = client.get(report_address(folder))
    assert (response.status_code, response.text[:28]) == (404, "Cette évaluation n’existe pl")
    assert client.get("/evaluation/rapport").status_code == 404


def test_a_file_name_for_any_system():
    """Letters that a header cannot carry are replaced."""
    assert file_name(['2026-01-02-été"']) == "evaluation-2026-01-02-_t_.html"
