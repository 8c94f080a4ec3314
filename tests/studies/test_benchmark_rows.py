"""The rows of the benchmark: which there are, and how one is asked for."""

from pathlib import Path

import numpy as np
import pytest
from support.shelf import need_download

from deepmusician.baselines import ConstantDensity, NoteUnigram
from deepmusician.corpora import CATALOGUE, load_corpus
from deepmusician.evaluation import cell_nll
from deepmusician.studies import (
    KINDS_OF_OUTPUTS,
    NETWORKS,
    PUBLISHED,
    BenchmarkRow,
    choose_rows,
)
from deepmusician.studies.benchmark_rows import (
    BENCHMARK_ROWS,
    FRAME_SETS,
    SETS,
    TARGETS,
)

ROOT = Path(__file__).parents[2]


def test_rows_are_chosen_by_set_outputs_and_network():
    assert choose_rows(["jsb"], ["dependent"]) == [
        BenchmarkRow("jsb", "decoder", "dependent")
    ]
    assert {row.set for row in choose_rows()} == set(FRAME_SETS)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((["musedata"],), "musedata"),
        ((FRAME_SETS, ["both"]), "both"),
        ((FRAME_SETS, KINDS_OF_OUTPUTS, ["tcn"]), "tcn"),
        ((["nottingham"], KINDS_OF_OUTPUTS, ["encoder-decoder"]), "it has jsb"),
    ],
)
def test_a_row_that_does_not_exist_is_named(asked, said):
    with pytest.raises(ValueError, match=said):
        choose_rows(*asked)


def test_every_row_reads_the_published_frames_as_the_record_does():
    for row, config in BENCHMARK_ROWS.items():
        assert (row.set in SETS, row.network in NETWORKS) == (True, True)
        assert config.corpus == row.set
        sung = row.outputs == "voices"
        assert config.network.plane == ("voices" if sung else "sounding")
        assert sung == (row.set not in FRAME_SETS)
        remembers = row.network == "decoder-with-memory"
        assert (config.network.phrases > 0) == remembers
        assert config.network.outputs == row.outputs
        assert (config.network.start == "guided") == (row.network == "encoder-decoder")
    aimed = {row for row in BENCHMARK_ROWS if row.network != "encoder-decoder"}
    assert aimed == set(TARGETS)


def test_the_command_of_a_row_asks_for_that_row(capsys):
    for row in BENCHMARK_ROWS:
        words = row.command.split()
        options = dict(zip(words[2::2], words[3::2], strict=True))
        network = options.get("--network", "decoder")
        chosen = [options["--sets"]], [options["--outputs"]], [network]
        assert choose_rows(*chosen) == [row]


TO_THE_DIGIT = 0.01


@pytest.fixture(params=FRAME_SETS)
def frames(request, monkeypatch):
    """A set of published frames that lies on one of the shelves."""
    need_download(monkeypatch, CATALOGUE[request.param].file)
    return load_corpus(request.param)


def test_the_note_1_gram_gives_the_published_figure(frames):
    nll = NoteUnigram().fit(frames.train, "sounding").nll(frames.test)
    wanted = PUBLISHED.loc["note 1-gram", frames.name]
    assert nll == pytest.approx(wanted, abs=TO_THE_DIGIT)


def test_the_iid_1_gram_gives_the_published_figure(frames):
    nll = ConstantDensity().fit(frames.train, "sounding").nll(frames.test)
    wanted = PUBLISHED.loc["IID 1-gram", frames.name]
    assert nll == pytest.approx(wanted, abs=TO_THE_DIGIT)


def test_another_weighting_or_another_split_does_not_give_it(frames):
    wanted = PUBLISHED.loc["note 1-gram", frames.name]
    unigram = NoteUnigram().fit(frames.train, "sounding")
    by_piece = np.mean([unigram.nll([roll]) for roll in frames.test])
    assert abs(by_piece - wanted) > TO_THE_DIGIT
    assert abs(unigram.nll(frames.valid) - wanted) > TO_THE_DIGIT


def test_the_unit_is_a_sum_over_88_keys_in_nats(frames):
    unigram = NoteUnigram().fit(frames.train, "sounding")
    share = unigram.probabilities(frames.test[0])[0]  # the same at every step
    logits = np.log(share) - np.log1p(-share)
    target = np.concatenate([roll.sounding for roll in frames.test])
    nll = cell_nll(np.broadcast_to(logits, target.shape), target).sum() / len(target)
    assert nll == pytest.approx(PUBLISHED.loc["note 1-gram", frames.name], abs=0.01)


def test_every_published_result_names_its_source_and_stands_in_the_bibliography():
    bibliography = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    assert set(PUBLISHED.kind) == {"no past", "independent", "dependent", "latent"}
    assert PUBLISHED[[*FRAME_SETS]].notna().any(axis=1).all()
    for each in PUBLISHED.itertuples():
        assert "20" in each.source
        assert f"{{{each.citation}," in bibliography, each.citation


def test_the_table_has_a_column_a_set_and_leaves_gaps_open():
    assert PUBLISHED.loc["RNN-NADE", "jsb"] == 5.56
    assert np.isnan(PUBLISHED.loc["TCN", "piano-midi"])
    assert PUBLISHED.index.is_unique


def test_the_bars_lie_below_the_best_published_recurrent_network_of_their_kind():
    for row, bar in TARGETS.items():
        if row.set in FRAME_SETS:
            rivals = PUBLISHED[PUBLISHED.kind == row.outputs]
            assert bar < rivals.drop("TCN", errors="ignore")[row.set].min()
