import pytest
from faces import FacesContract, past_the_face
from grimp import ImportGraph


@pytest.fixture
def graph():
    graph = ImportGraph()
    for importer, imported in [
        ("house", "house.music"),
        ("house.music", "house.music.roll"),
        ("house.music.roll", "house.music.grid"),
        ("house.music.roll", "house.files"),
        ("house.plots.rolls", "house.music"),
        ("beside.losses", "house.music"),
    ]:
        graph.add_import(
            importer=importer, imported=imported, line_number=1, line_contents=""
        )
    return graph


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("house.plots.rolls", "house.music.grid"),  # past another room's face
        ("house.plots", "house.music.grid"),
        ("house", "house.music.grid"),
        ("beside.losses", "house.music.grid"),
        ("house.music.roll", "house.music"),  # out to its own room's face
        ("house.music.roll", "house"),
    ],
)
def test_an_import_past_a_face_breaks_the_contract(graph, importer, imported):
    assert past_the_face(graph, importer, imported)
    graph.add_import(
        importer=importer, imported=imported, line_number=7, line_contents=""
    )
    result = FacesContract("faces", {}, {}).check(graph, verbose=False)
    assert not result.kept
    assert result.metadata["wrong"] == [(importer, imported, 7)]


def test_imports_of_faces_and_of_a_rooms_own_files_keep_it(graph):
    assert FacesContract("faces", {}, {}).check(graph, verbose=False).kept
