"""The benchmark: its scores, and the record, which is still what the code gives."""

import numpy as np
import pandas as pd
import pytest
from support.little_benchmark import LITTLE, with_little_rows
from support.toy import tunes

from deepmusician.baselines import NoteUnigram
from deepmusician.corpora import Corpus
from deepmusician.evaluation import (
    frame_nlls,
    mean_nlls,
    nlls_in_keys,
    pooled,
    predict,
    windows_for,
)
from deepmusician.evaluation.cell_metrics import nll_per_step
from deepmusician.music import MusicFileError, PianoRoll
from deepmusician.studies import (
    BenchmarkRow,
    benchmark,
    find_frames,
    known_tunes,
    read_benchmark,
    read_benchmark_curves,
    read_benchmark_piece,
    read_choir,
    run_benchmark,
    standing,
)
from deepmusician.studies.benchmark_rows import BENCHMARK_ROWS, SETS, TARGETS
from deepmusician.studies.recording import check_settings
from deepmusician.training import Run, RunStore, fit


@pytest.fixture
def little_rows(monkeypatch, tmp_path):
    return with_little_rows(monkeypatch, tmp_path / "cache")


def test_a_row_a_seed_is_scored_on_whole_test_pieces(little_rows, tmp_path):
    store = RunStore(tmp_path)
    keys = [(row, seed) for row in little_rows for seed in (0, 1)]
    scores, epochs, pieces = run_benchmark(keys, store, jobs=1, progress=False)
    assert list(pieces) == little_rows
    assert scores.outputs.tolist() == ["independent"] * 2 + ["dependent"] * 2
    assert scores.seed.tolist() == [0, 1, 0, 1]
    run = Run.load(scores.run[3], store)
    wanted = pooled(frame_nlls(run.model, tunes().test))
    assert scores.test_nll[3] == pytest.approx(wanted)
    in_keys = mean_nlls(nlls_in_keys(run.model, tunes().test))
    wanted = pooled([cells.sum(axis=1) for cells in in_keys])
    assert scores.test_nll_in_keys[3] == pytest.approx(wanted)
    assert run.config.seed == 1
    assert scores.frames.tolist() == [32] * 4
    assert len(epochs) == 4 * LITTLE.epochs
    assert list(epochs.columns[:5]) == [*BenchmarkRow._fields, "seed", "epoch"]


def test_a_finished_row_is_not_trained_again(little_rows, tmp_path, monkeypatch):
    store = RunStore(tmp_path)
    keys = [(little_rows[0], 0)]
    first = run_benchmark(keys, store, jobs=1, progress=False).scores
    monkeypatch.setattr(
        "deepmusician.training.run._train", lambda *_: pytest.fail("trained")
    )
    again = run_benchmark(keys, store, jobs=1, progress=False).scores
    pd.testing.assert_frame_equal(first, again)


def scores_of(*nlls, outputs="dependent"):
    """Scores of as many seeds of the bare decoder on JSB."""
    rows = [
        BenchmarkRow("jsb", "decoder", outputs)._asdict() | {"seed": n, "test_nll": nll}
        for n, nll in enumerate(nlls)
    ]
    other = BenchmarkRow("jsb", "encoder-decoder", outputs)._asdict() | {
        "test_nll": 1.0
    }
    return pd.DataFrame([*rows, other]).assign(valid_nll=np.nan)


def test_a_bar_is_met_by_the_mean_of_the_bare_decoders_seeds():
    reached = standing(scores_of(5.3, 5.4, 5.45))
    reached = reached.set_index([*BenchmarkRow._fields])
    row = reached.loc["jsb", "decoder", "dependent"]
    assert (row.verdict, row.seeds) == ("met", 3)
    assert row["mean"] == pytest.approx(5.3833, abs=1e-3)
    assert row.spread == pytest.approx(np.std([5.3, 5.4, 5.45], ddof=1))
    assert standing(scores_of(5.3, 5.6)).verdict.tolist().count("missed") == 1


def test_what_eleven_keys_say_is_held_against_the_bars_where_it_was_recorded():
    recorded = {"test_nll_in_keys": [5.3, np.nan, np.nan], "valid_nll_in_keys": 0.0}
    reached = standing(scores_of(5.6, 5.6).assign(**recorded), in_keys=True)
    row = reached.set_index([*BenchmarkRow._fields]).loc["jsb", "decoder", "dependent"]
    assert (row.verdict, row.seeds, row["mean"]) == ("met", 1, 5.3)
    assert reached.verdict.tolist().count("open") == len(TARGETS) - 1


def test_a_bar_that_nothing_was_trained_for_stays_open():
    reached = standing(scores_of(5.3)).set_index([*BenchmarkRow._fields])
    row = reached.loc["nottingham", "decoder", "independent"]
    assert row.verdict == "open"
    assert np.isnan(row["mean"])
    assert len(reached) == len(TARGETS)


def test_a_set_that_cannot_be_had_is_none(monkeypatch):
    def offline(*_, **__):
        raise MusicFileError("jsb", "cannot be had", "Connect.")

    monkeypatch.setattr(benchmark, "load_corpus", lambda *_, **__: tunes())
    assert len(find_frames("jsb").pieces) == 6
    monkeypatch.setattr(benchmark, "load_corpus", offline)
    assert find_frames("jsb") is None


@pytest.mark.parametrize("row", BENCHMARK_ROWS, ids=str)
def test_each_recorded_row_still_has_its_configuration(row):
    rows = read_benchmark().provenance.details["rows"]
    if str(row) in rows:
        check_settings(str(row), rows[str(row)], row.config, row.command)


def test_of_each_row_as_many_seeds_are_recorded_as_its_command_asks_for():
    recorded = read_benchmark().rows.groupby([*BenchmarkRow._fields]).seed.agg(list)
    wanted = {row: list(range(row.seeds)) for row in BENCHMARK_ROWS}
    assert {BenchmarkRow(*key): seeds for key, seeds in recorded.items()} == wanted
    assert all(f"--seeds {row.seeds}" in row.command for row in BENCHMARK_ROWS)


def test_every_recorded_row_is_one_of_the_benchmark():
    rows = read_benchmark().provenance.details["rows"]
    assert set(rows) <= {str(row) for row in BENCHMARK_ROWS}


def test_the_record_holds_three_seeds_of_each_jsb_row_of_the_bare_decoder():
    scores = read_benchmark().rows
    bare = scores[(scores.set == "jsb") & (scores.network == "decoder")]
    assert bare.groupby("outputs").seed.nunique().to_dict() == {
        "dependent": 3,
        "independent": 3,
    }


def test_no_recorded_score_is_so_low_that_one_has_to_suspect_a_leak():
    """Without a memory; what one looks up may be predicted better."""
    scores = read_benchmark().rows.query("set == 'jsb'")
    scores = scores[scores.network != "decoder-with-memory"]
    assert scores[scores.outputs == "independent"].test_nll.min() > 8.0
    assert scores[scores.outputs == "dependent"].test_nll.min() > 4.0


def test_the_best_epoch_was_chosen_on_the_validation_pieces():
    names = ["set", "network", "outputs", "seed"]
    for run in read_benchmark().rows.itertuples():
        key = {name: getattr(run, name) for name in names}
        mine = read_benchmark_curves().select(**key).rows
        best = mine.valid_nll == mine.valid_nll.min()  # several, where rounding meets
        assert run.best_epoch in set(mine.epoch[best])


def test_a_recorded_row_has_a_piece_to_listen_to():
    piece = read_benchmark_piece(BenchmarkRow("jsb", "decoder", "dependent"), 32)
    assert len(piece) == 32
    assert 2 < piece.sounding.sum(axis=1).mean() < 6


def test_tunes_are_known_in_any_key_by_how_they_begin():
    def piece(keys, name):
        plane = np.zeros((4 * len(keys), 88), bool)
        plane[np.arange(4 * len(keys)), np.repeat(keys, 4)] = True
        plane[:, 5] = True  # a bass, that is not the tune
        return PianoRoll.from_plane(plane, "sounding", name=name)

    tune = np.random.default_rng(0).integers(40, 60, 20)
    other = tune.copy()
    other[3] += 1
    late = tune.copy()
    late[18] += 1  # after the sixteen quarters that are compared
    pieces = [piece(each, str(n)) for n, each in enumerate((tune + 5, other, late))]
    corpus = Corpus("tunes", (piece(tune, "train"),), (), tuple(pieces))
    assert known_tunes(corpus) == [True, False, True]


def test_the_recorded_choir_sings_four_voices():
    for name in ("silence", "harmonised"):
        roll = read_choir(name)
        assert roll.voices.shape == (len(roll), 4)
        assert (roll.voices >= 0).mean() > 0.9
        assert len(np.unique(roll.voices[:, 0])) > 4


def test_each_recorded_choir_reaches_what_was_required_and_their_mean_is_better():
    record = read_benchmark()
    choirs = record.rows[record.rows.outputs == "voices"]
    assert choirs.seed.tolist() == list(range(6))
    assert choirs.valid_nll.max() <= 0.37
    mean = record.provenance.details["mean_of_choirs"]
    assert mean["seeds"] == 6
    for part in ("valid_nll", "test_nll", "valid_nll_in_keys", "test_nll_in_keys"):
        assert mean[part] < choirs[part].min()


def test_eleven_keys_say_more_than_one_of_every_row_that_was_asked_so():
    rows = read_benchmark().rows.query("network == 'decoder-with-memory'")
    assert set(rows.set) == set(SETS)
    for part in ("test_nll", "valid_nll"):
        assert (rows[part + "_in_keys"] < rows[part]).all()


def test_shuffled_music_is_predicted_no_better_than_by_the_note_1_gram(tmp_path):
    """Without an order there is nothing to learn: a better score would be a leak."""
    generator = np.random.default_rng(0)
    shares = generator.uniform(0, 0.15, 88)

    def shuffled(name):
        plane = generator.random((60, 88)) < shares
        return PianoRoll.from_plane(plane, "sounding", name=name)

    parts = [tuple(shuffled(f"{part}-{n}") for n in range(30)) for part in "abc"]
    corpus = Corpus("shuffled", *parts, plane="sounding")
    row = BenchmarkRow("jsb", "decoder-with-memory", "dependent")
    config = row.config.but(
        **{"hidden": 32, "classifier_hidden": 64, "epochs": 12, "batch": 8},
        windows_per_epoch=64,
    )
    run = fit(config, corpus, RunStore(tmp_path), progress=False)
    nll = pooled(frame_nlls(run.model, corpus.test))
    unigram = NoteUnigram().fit(corpus.train, "sounding").nll(corpus.test)
    assert unigram - 0.05 < nll < unigram + 1.0


def test_a_trained_network_predicts_the_next_step_and_no_later_one(tmp_path):
    """Against the music a step later it does worse; no future moves a prediction."""
    corpus = tunes()
    row = BenchmarkRow("jsb", "decoder-with-memory", "independent")
    config = row.config.but(**{"hidden": 32, "epochs": 8, "batch": 4, "phrases": 8})
    config = config.but(windows_per_epoch=64, transpose=0)
    run = fit(config, corpus, RunStore(tmp_path), progress=False)
    windows = windows_for(run.config.network, corpus.train)
    logits, target = predict(run.model, windows)
    assert nll_per_step(logits[:-1], target[1:]) > 1.2 * nll_per_step(logits, target)
    piece, plane = corpus.test[0], corpus.test[0].sounding.copy()
    plane[20:] = np.roll(plane[20:], 3, axis=1)
    other = PianoRoll.from_plane(plane, "sounding")
    first, second = frame_nlls(run.model, [piece, other])
    assert np.array_equal(first[:20], second[:20])
    assert not np.allclose(first[20:], second[20:])
