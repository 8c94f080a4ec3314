"""The network in the page agrees with PyTorch's, and composes as `compose` does."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from support.network_js import as_plane, as_steps, judged, played, refusal
from support.toy import TINY, untrained

from deepmusician.corpora import Corpus
from deepmusician.evaluation import evaluate
from deepmusician.evaluation.cell_metrics import nll_per_step
from deepmusician.model import EXCLUDED, DeepMusician, NetworkConfig, focal_logit
from deepmusician.music import KEYS, PianoRoll
from deepmusician.training import RunStore, export_run, fit, read_export

OUTPUTS = ("independent", "dependent")
STEPS = 64
PRIMES = (0, 13, 70)  # steps: none, fewer than the context, more
LEARNING = TINY.but(
    **{"hidden": 40, "classifier_hidden": 64, "context": 24},
    **{"batch": 8, "epochs": 12, "windows_per_epoch": 96, "learning_rate": 0.01},
)


def hymn(seed: int) -> PianoRoll:
    """Chords of three keys on the beats, a walking root below them."""
    dice = np.random.default_rng(seed)
    plane = np.zeros((72, KEYS), bool)
    roots = 36 + np.cumsum(dice.choice([-2, 0, 2, 5, -5], 18)) % 12
    for beat, root in enumerate(roots):
        plane[4 * beat, [root, root + 4, root + 7]] = True
        plane[4 * beat + 2, root + 12] = dice.random() < 0.5
    return PianoRoll.from_plane(plane, name=f"hymn-{seed}")


HYMNS = tuple(hymn(seed) for seed in range(16))
CORPUS = Corpus("hymns", HYMNS[:12], HYMNS[12:13], HYMNS[13:])


@pytest.fixture(scope="module", params=OUTPUTS)
def trained(request, tmp_path_factory):
    """A run that has learnt, its file, and what the file holds."""
    folder = tmp_path_factory.mktemp("trained")
    config = LEARNING.but(outputs=request.param)
    run = fit(config, CORPUS, RunStore(folder), progress=False)
    path = export_run(run, folder / "network.safetensors", name="hymns")
    return run, path, read_export(path)


def openings() -> list[list[list[int]]]:
    return [as_steps(HYMNS[13 + n].onsets[:length]) for n, length in enumerate(PRIMES)]


def test_logits_stay_close_to_the_float32_network_when_both_hear_the_same(trained):
    run, path, _ = trained
    primes = openings()
    jobs = [
        {"options": {"prime": prime, "seed": seed}, "steps": STEPS}
        for seed, prime in enumerate(primes)
    ]
    for prime, answer in zip(primes, played(path, *jobs)["answers"], strict=True):
        exact = judged(run.model, prime, answer["keys"])
        assert exact.shape == (STEPS, KEYS)
        assert np.abs(exact - answer["logits"]).max() < 0.05
        assert np.ptp(exact) > 5  # a network that is sure of something


def test_javascript_computes_what_pytorch_does_with_the_same_rounded_weights(trained):
    _, path, exported = trained
    prime = openings()[1]
    job = {"options": {"prime": prime, "seed": 4}, "steps": 100}
    (answer,) = played(path, job)["answers"]
    logits = judged(exported.model, prime, answer["keys"])
    np.testing.assert_allclose(answer["logits"], logits, atol=2e-5)


def test_held_out_music_is_foretold_within_a_hundredth_of_float32(trained):
    run, path, _ = trained
    jobs = [{"options": {}, "forced": as_steps(roll.onsets)} for roll in CORPUS.test]
    answers = played(path, *jobs)["answers"]
    logits = np.concatenate([answer["logits"] for answer in answers])
    target = np.concatenate([roll.onsets for roll in CORPUS.test])
    exact = evaluate(run.model, CORPUS.test)["nll_step"]
    assert nll_per_step(logits, target) == pytest.approx(exact, rel=0.01)


def test_the_same_seed_gives_the_same_notes_and_another_seed_others(trained):
    _, path, _ = trained
    jobs = [{"options": {"seed": seed}, "steps": 60} for seed in (3, 3, 4)]
    first, again, other = (job["keys"] for job in played(path, *jobs)["answers"])
    assert first == again
    assert first != other


def test_a_longer_piece_begins_like_a_shorter_one(trained):
    _, path, _ = trained
    jobs = [{"options": {"seed": 1}, "steps": steps} for steps in (30, 60)]
    short, long = (job["keys"] for job in played(path, *jobs)["answers"])
    assert long[:30] == short


def test_drawn_music_is_as_full_as_the_music_learnt(trained):
    _, path, _ = trained
    jobs = [{"options": {"seed": seed}, "steps": 72} for seed in range(8)]
    answers = played(path, *jobs)["answers"]
    drawn = np.mean([len(keys) for answer in answers for keys in answer["keys"]])
    human = np.mean([roll.density() for roll in CORPUS.train])
    assert drawn == pytest.approx(human, rel=0.4)


def test_thresholds_decide_without_chance(trained):
    run, path, _ = trained
    full = run.metrics["valid"]["density_threshold"]
    rules = [
        {"rule": "threshold", "threshold": 1},
        {"rule": "threshold", "threshold": 0.05, "seed": 5},
        {"rule": "threshold", "threshold": 0.05, "seed": 6},
        {"rule": "threshold", "threshold": full},
        {"rule": "density"},
    ]
    jobs = [{"options": rule | {"prime": openings()[2]}, "steps": 48} for rule in rules]
    answers = played(path, *jobs)["answers"]
    never, some, again, above, density = (answer["keys"] for answer in answers)
    assert not any(never)
    assert any(some)
    assert some == again
    assert above == density


def test_the_page_knows_what_the_file_tells(trained):
    run, path, exported = trained
    told = played(path)
    assert told["about"]["name"] == "hymns"
    assert told["about"]["run"] == run.id
    assert told["about"]["testNll"] == run.metrics["test"]["nll_step"]
    wanted = run.metrics["valid"]["density_threshold"]
    assert told["about"]["densityThreshold"] == wanted
    assert told["about"]["calibration"] == {"alpha": None, "gamma": 0, "shift": 0}
    assert told["config"]["stepsPerQuarter"] == 4
    assert told["config"]["context"] == exported.model.config.context


# --- networks that learnt nothing will do here


@pytest.mark.parametrize("outputs", OUTPUTS)
@pytest.mark.parametrize("plane", ["onsets", "sounding", "both"])
@pytest.mark.parametrize("length", PRIMES)
def test_a_decoder_that_starts_from_zeros_hears_the_prime_itself(
    tmp_path, outputs, plane, length
):
    run = untrained(tmp_path, outputs=outputs, plane=plane, start="zero", layers=1)
    path = export_run(run, tmp_path / "a.safetensors")
    prime = as_steps(HYMNS[0].plane(plane)[:length])
    told = played(path, {"options": {"prime": prime}, "steps": 40})
    assert told["config"]["plane"] == plane
    (answer,) = told["answers"]
    assert any(answer["keys"])
    logits = judged(read_export(path).model, prime, answer["keys"])
    np.testing.assert_allclose(answer["logits"], logits, atol=2e-5)


@pytest.mark.parametrize("outputs", OUTPUTS)
@pytest.mark.parametrize("start", ["guided", "zero"])
@pytest.mark.parametrize("length", PRIMES)
def test_both_planes_and_intervals_are_computed_as_in_python(
    tmp_path, outputs, start, length
):
    settings = {"plane": "both", "intervals": 24, "start": start, "context": 24}
    run = untrained(tmp_path, outputs=outputs, **settings)
    path = export_run(run, tmp_path / "a.safetensors")
    prime = as_steps(HYMNS[0].plane("both")[:length])
    (answer,) = played(path, {"options": {"prime": prime}, "steps": STEPS})["answers"]
    logits = judged(read_export(path).model, prime, answer["keys"])
    np.testing.assert_allclose(answer["logits"], logits, atol=2e-5)
    cells = as_plane([*prime, *answer["keys"]], 2 * KEYS).bool().numpy()
    lengths = {held for *_, held in PianoRoll.from_plane(cells, "both").notes()}
    assert len(lengths) > 3
    assert not (logits[:, ::2] == EXCLUDED).any()
    assert (logits[:, 1::2] == EXCLUDED).any()


def test_a_start_from_noise_is_drawn_from_the_seed(tmp_path):
    path = export_run(untrained(tmp_path, start="random"), tmp_path / "a.safetensors")
    jobs = [{"options": {"seed": seed}, "steps": 1} for seed in (1, 1, 2)]
    first, again, other = (job["logits"] for job in played(path, *jobs)["answers"])
    assert first == again
    assert first != other


@pytest.mark.parametrize("outputs", OUTPUTS)
def test_the_probabilities_of_all_steps_sum_to_one(tmp_path, outputs):
    torch.manual_seed(0)
    sizes = {"keys": 5, "hidden": 6, "classifier_hidden": 12, "context": 4}
    model = DeepMusician(NetworkConfig(outputs=outputs, **sizes)).eval()
    torch.nn.init.normal_(model.classifier.output.weight)
    run = replace(untrained(tmp_path), model=model)
    path = export_run(run, tmp_path / "five.safetensors")
    subsets = [
        list(itertools.compress(range(5), bits))
        for bits in itertools.product((0, 1), repeat=5)
    ]
    before = [[2], [], [0, 4]]
    jobs = [{"options": {}, "forced": [*before, keys]} for keys in subsets]
    total = 0
    for keys, answer in zip(subsets, played(path, *jobs)["answers"], strict=True):
        probability = 1 / (1 + np.exp(-np.array(answer["logits"][-1])))
        touched = np.isin(np.arange(5), keys)
        total += np.where(touched, probability, 1 - probability).prod()
    assert total == pytest.approx(1)


def test_what_focal_loss_taught_is_played_by_its_calibrated_probability(tmp_path):
    focal = {"loss": "focal", "alpha": 0.75, "gamma": 3.0, "logit_adjustment": 0.5}
    run = untrained(tmp_path, **focal)
    path = export_run(run, tmp_path / "focal.safetensors")
    answers = played(path, *({"options": {"seed": n}, "steps": 80} for n in range(3)))
    told, (first, *_) = answers["about"]["calibration"], answers["answers"]
    assert told == {"alpha": 0.75, "gamma": 3, "shift": 0.5}
    assert run.calibration.shift == 0.5
    logits = torch.tensor(first["logits"], dtype=torch.float64)
    wanted = torch.sigmoid(focal_logit(logits + 0.5, 0.75, 3.0)).sum(dim=1).mean()
    drawn = [len(keys) for answer in answers["answers"] for keys in answer["keys"]]
    assert np.mean(drawn) == pytest.approx(wanted.item(), rel=0.3)
    cut = {"rule": "threshold", "threshold": 0.02}
    (answer,) = played(path, {"options": cut, "steps": 40})["answers"]
    logits = torch.tensor(answer["logits"], dtype=torch.float64)
    above = torch.sigmoid(focal_logit(logits + 0.5, 0.75, 3.0)) > 0.02
    assert answer["keys"] == as_steps(above.numpy())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"rule": "loudest"}, "The rule is one of sample, threshold, density"),
        ({"threshold": 1.5}, "The threshold lies between 0 and 1, not at 1.5"),
        ({"temperature": 0}, "The temperature is a number above 0, not 0"),
        ({"seed": -1}, "The seed is a whole number from 0 up, not -1"),
        ({"seed": 0.5}, "The seed is a whole number from 0 up, not 0.5"),
        ({"prime": [[88]]}, "A prime's cells are whole numbers below 88"),
    ],
)
def test_what_cannot_be_composed_is_refused_with_a_sentence(tmp_path, options, said):
    path = export_run(untrained(tmp_path), tmp_path / "a.safetensors")
    assert said in refusal(path, **options)


def test_a_file_of_a_newer_edition_is_refused_with_a_sentence(tmp_path):
    path = export_run(untrained(tmp_path), tmp_path / "a.safetensors")
    content = path.read_bytes()
    newer = content.replace(rb"\"edition\": 2", rb"\"edition\": 3")
    assert newer != content
    path.write_bytes(newer)
    assert "of a newer edition than this page reads" in refusal(path)


def test_density_needs_a_file_that_tells_its_threshold(tmp_path):
    run = replace(untrained(tmp_path), metrics={"valid": {}, "test": {}})
    path = export_run(run, tmp_path / "a.safetensors")
    assert "does not contain its density threshold" in refusal(path, rule="density")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda whole: b"", "holds no network"),
        (lambda whole: b'{"not": "a network"}' * 9, "holds no network"),
        (lambda whole: whole[:8], "holds no network"),
        (lambda whole: whole[:4] + b"\xff" + whole[5:], "holds no network"),
        (lambda whole: whole.replace(b"musician", b"composer"), "holds no network"),
        (lambda whole: whole[:-1], "damaged or cut off"),
        (lambda whole: whole[: len(whole) // 2], "damaged or cut off"),
        (lambda whole: whole + b"\0", "damaged or cut off"),
    ],
)
def test_a_damaged_file_is_refused_with_a_sentence(tmp_path, damage, said):
    path = export_run(untrained(tmp_path), tmp_path / "a.safetensors")
    path.write_bytes(damage(path.read_bytes()))
    assert said in refusal(path)
