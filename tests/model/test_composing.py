"""Composing: lengths, seeds, primes, rules and starts."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from deepmusician.corpora import Windows
from deepmusician.evaluation import evaluate, predict
from deepmusician.model import (
    Calibration,
    DeepMusician,
    NetworkConfig,
    compose,
    focal_loss,
)
from deepmusician.music import MusicFileError, PianoRoll


def network(seed: int = 0, density: float = 0.05, **changes) -> DeepMusician:
    """Return a small untrained network whose states matter to what it plays."""
    torch.manual_seed(seed)
    sizes = {"hidden": 16, "classifier_hidden": 24, "context": 12}
    model = DeepMusician(NetworkConfig(**{**sizes, **changes}))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4)
    model.set_output_bias(density)
    return model


def prime_roll(steps: int = 20, seed: int = 5, **changes) -> PianoRoll:
    """Return a roll of random onsets, three per step."""
    plane = np.random.default_rng(seed).random((steps, 88)) < 3 / 88
    return PianoRoll.from_plane(plane, "onsets", **changes)


def same(rolls: list[PianoRoll], others: list[PianoRoll]) -> bool:
    """Return whether two lists hold the same music."""
    pairs = zip(rolls, others, strict=True)
    return all(np.array_equal(one.onsets, two.onsets) for one, two in pairs)


@pytest.mark.parametrize("steps", [1, 11, 12, 13, 50])
def test_pieces_have_the_steps_asked_for_on_the_models_grid(steps):
    model = network(steps_per_quarter=3)
    rolls = compose(model, steps=steps, pieces=2)
    assert [len(roll) for roll in rolls] == [steps, steps]
    assert {(roll.steps_per_quarter, roll.tempo) for roll in rolls} == {(3, 100.0)}


@pytest.mark.parametrize("outputs", ["independent", "dependent"])
@pytest.mark.parametrize("start", ["guided", "zero", "random"])
def test_a_piece_does_not_depend_on_how_many_there_are(outputs, start):
    model = network(outputs=outputs)
    one, three, eight = (
        compose(model, steps=30, seed=3, pieces=pieces, start=start)
        for pieces in (1, 3, 8)
    )
    assert same(one, eight[:1])
    assert same(three, eight[:3])
    assert len({roll.onsets.tobytes() for roll in eight}) == 8


def test_a_longer_piece_begins_like_a_shorter_one():
    model = network()
    (short,), (long,) = (compose(model, steps=steps) for steps in (17, 40))
    assert np.array_equal(long.onsets[:17], short.onsets)


def test_the_seed_decides_what_is_drawn():
    model = network()
    first, again, other = (compose(model, steps=20, seed=seed) for seed in (1, 1, 2))
    assert same(first, again)
    assert not same(first, other)


def test_composing_leaves_the_model_and_the_global_generator_alone():
    model = network().train()
    state = torch.get_rng_state()
    compose(model, steps=5, start="random")
    assert model.training
    assert next(model.parameters()).dtype == torch.float32
    assert torch.equal(torch.get_rng_state(), state)


def test_a_run_composes_with_its_model():
    model = network()
    run = SimpleNamespace(model=model)
    assert same(compose(run, steps=9), compose(model, steps=9))
    with pytest.raises(TypeError, match="needs a DeepMusician or a run"):
        compose(SimpleNamespace(), steps=9)


def test_a_sampled_piece_has_the_density_of_the_probabilities():
    model = network()
    model.classifier.output.weight.data.zero_()  # only the bias is left: 5 % of cells
    rolls = compose(model, steps=200, pieces=4)
    assert np.mean([roll.density() for roll in rolls]) == pytest.approx(4.4, abs=0.3)


def test_a_threshold_plays_the_keys_above_it():
    model = network()
    model.classifier.output.weight.data.zero_()
    model.classifier.output.bias.data = torch.logit(torch.linspace(0.01, 0.88, 88))
    (roll,) = compose(model, steps=20, rule="threshold", threshold=0.305)
    assert np.array_equal(roll.onsets, np.tile(np.arange(88) >= 30, (20, 1)))
    cold = compose(model, steps=20, rule="threshold", threshold=0.1, temperature=0.1)
    assert not cold[0].onsets[:, :40].any()


def test_a_low_temperature_approaches_the_threshold_of_one_half():
    model = network(density=0.4, outputs="dependent")
    cold = compose(model, steps=15, temperature=1e-9)
    assert same(cold, compose(model, steps=15, rule="threshold", threshold=0.5))


def test_a_primed_piece_is_the_prime_and_then_new_steps():
    prime = prime_roll(tempo=77.0, name="prime")
    (roll,) = compose(network(), steps=15, prime=prime)
    assert len(roll) == 35
    assert (roll.tempo, roll.name) == (77.0, "prime")
    assert np.array_equal(roll.onsets[:20], prime.onsets)
    assert np.array_equal(roll.sounding[:20], prime.sounding)


def test_a_midi_file_primes_as_its_roll_does(tmp_path):
    prime = prime_roll()
    path = prime.to_midi(tmp_path / "prime.mid")
    model = network()
    assert same(compose(model, 15, prime=path), compose(model, 15, prime=prime))
    assert same(compose(model, 15, prime=str(path)), compose(model, 15, prime=prime))
    with pytest.raises(MusicFileError, match=r"missing\.mid"):
        compose(model, prime=tmp_path / "missing.mid")


@pytest.mark.parametrize("start", ["guided", "zero", "random"])
def test_each_piece_continues_its_own_prime(start):
    model, primes = network(), [prime_roll(20), None, prime_roll(5)]
    together = compose(model, steps=30, seed=3, prime=primes, start=start)
    for piece, prime in enumerate(primes):
        alone = compose(model, 30, seed=3, prime=prime, pieces=3, start=start)[piece]
        assert same([together[piece]], [alone])


@pytest.mark.parametrize("start", ["guided", "zero", "random"])
def test_only_the_primes_last_steps_within_the_context_are_read(start):
    model, prime = network(), prime_roll(20)
    recent = PianoRoll.from_plane(prime.onsets[-12:], "onsets")
    other = PianoRoll.from_plane(np.roll(prime.onsets, 1, axis=1)[-12:], "onsets")
    whole, by_recent, moved = (
        compose(model, 15, prime=each, start=start)[0].onsets[-15:]
        for each in (prime, recent, other)
    )
    assert np.array_equal(whole, by_recent)
    assert not np.array_equal(whole, moved)


def test_a_short_prime_is_preceded_by_silence():
    model, prime = network(), prime_roll(5)
    silence = np.zeros((7, 88), bool)
    padded = PianoRoll.from_plane(np.concatenate([silence, prime.onsets]), "onsets")
    short, long = (compose(model, 15, prime=each)[0] for each in (prime, padded))
    assert np.array_equal(short.onsets[-15:], long.onsets[-15:])


def test_a_prime_on_another_grid_is_refused():
    with pytest.raises(ValueError, match="read the prime with steps_per_quarter=4"):
        compose(network(), prime=prime_roll(steps_per_quarter=3))


def test_the_first_chunk_is_the_decoders_own_step_after_step():
    model = network()
    (roll,) = compose(model, steps=12, rule="threshold", threshold=0.04)
    model = model.double().eval()
    target = torch.tensor(roll.onsets[None], dtype=torch.float64)  # (1, steps, keys)
    with torch.no_grad():
        logits = model(torch.zeros(1, 12, 88), target)
    assert torch.equal((torch.sigmoid(logits) > 0.04).double(), target)
    assert 0 < target.mean() < 1


def test_after_a_chunk_the_encoder_reads_the_last_steps_anew():
    model = network()
    rule = {"rule": "threshold", "threshold": 0.04}
    (whole,) = compose(model, steps=24, chunk=8, **rule)
    (head,) = compose(model, steps=16, chunk=8, **rule)
    (tail,) = compose(model, steps=8, prime=head, **rule)
    assert np.array_equal(whole.onsets, tail.onsets)
    (unbroken,) = compose(model, steps=24, chunk=24, **rule)
    assert np.array_equal(unbroken.onsets[:8], whole.onsets[:8])
    assert not np.array_equal(unbroken.onsets, whole.onsets)


def test_a_network_trained_without_encoder_plays_on_without_it():
    model = network(start="zero")
    pieces = [compose(model, steps=30, chunk=chunk) for chunk in (7, 30)]
    assert same(*pieces)


def test_a_sounding_model_holds_keys_on_from_the_prime():
    model = network(plane="sounding")
    model.classifier.output.weight.data.zero_()
    model.classifier.output.bias.data.fill_(-50).index_fill_(0, torch.tensor([40]), 50)
    prime = PianoRoll.from_plane(np.eye(88, dtype=bool)[[40, 40]], "sounding")
    (roll,) = compose(model, steps=3, prime=prime)
    assert np.flatnonzero(roll.onsets.any(axis=1)).tolist() == [0]
    assert roll.sounding[:, 40].all()
    assert roll.notes() == [(0, 61, 5)]


FOCAL = Calibration(alpha=0.5, gamma=2.0)


def trained_with_focal_loss(outputs: str) -> DeepMusician:
    """Return a network whose bias alone is fitted, by focal loss, to music."""
    model = network(outputs=outputs, density=0.5)
    model.classifier.output.weight.data.zero_()
    for name in ("direct", "lower_to_keys"):
        if hasattr(model.classifier, name):
            getattr(model.classifier, name).weight.data.zero_()
    bias = model.classifier.output.bias
    music = torch.rand(4000, 88, generator=torch.Generator().manual_seed(1)) < 0.0125
    optimizer = torch.optim.Adam([bias], lr=0.1)
    for _ in range(300):
        optimizer.zero_grad()
        loss = focal_loss(bias.expand(4000, 88), music, alpha=0.5, gamma=2.0)
        loss.backward()
        optimizer.step()
    return model


@pytest.mark.parametrize("outputs", ["independent", "dependent"])
def test_a_focal_trained_network_sampled_raw_plays_far_too_many_notes(outputs):
    run = SimpleNamespace(model=trained_with_focal_loss(outputs), calibration=FOCAL)
    by_default, calibrated, raw = (
        np.mean([roll.density() for roll in compose(run, 200, pieces=4, **changes)])
        for changes in ({}, {"calibrate": FOCAL}, {"calibrate": False})
    )
    assert by_default == calibrated == pytest.approx(1.1, abs=0.12)
    assert raw > 10
    bare = compose(run.model, 200, pieces=4)
    assert np.mean([roll.density() for roll in bare]) == raw


def test_calibration_comes_before_temperature():
    model = trained_with_focal_loss("independent")
    eta = torch.sigmoid(FOCAL(model.classifier.output.bias.double()) / 1.5)
    rolls = compose(model, 300, pieces=4, calibrate=FOCAL, temperature=1.5)
    played = np.mean([roll.density() for roll in rolls])
    assert played == pytest.approx(eta.sum().item(), rel=0.05)


def test_a_threshold_is_one_on_the_calibrated_probability():
    model = network()
    model.classifier.output.weight.data.zero_()
    bias = FOCAL.inverse(torch.linspace(0.01, 0.88, 88).double())
    model.classifier.output.bias.data = bias.float()
    (roll,) = compose(model, 5, rule="threshold", threshold=0.305, calibrate=FOCAL)
    assert np.array_equal(roll.onsets, np.tile(np.arange(88) >= 30, (5, 1)))


@pytest.mark.parametrize("outputs", ["independent", "dependent"])
def test_the_density_rule_has_the_musics_density_on_validation_music(outputs):
    model, valid = network(outputs=outputs, density=0.1), [prime_roll(60)]
    metrics = {"valid": evaluate(model, valid, calibration=FOCAL)}
    run = SimpleNamespace(model=model, calibration=FOCAL, metrics=metrics)
    logits, target = predict(model, Windows(valid, context=12, target=12))
    threshold = metrics["valid"]["density_threshold"]
    eta = torch.sigmoid(FOCAL(torch.from_numpy(logits).double()))
    assert (eta > threshold).sum() == target.sum() > 0
    by_rule, by_number, raw = (
        compose(run, 40, rule=rule, **changes)
        for rule, changes in [
            ("density", {}),
            ("threshold", {"threshold": threshold}),
            ("density", {"calibrate": False}),  # the same cells, in other numbers
        ]
    )
    assert same(by_rule, by_number)
    assert same(by_rule, raw)
    assert 0 < by_rule[0].density() < 88


@pytest.mark.parametrize("metrics", [{}, {"valid": {}}, {"valid": {"nll_step": 2.0}}])
def test_the_density_rule_needs_a_measured_run(metrics):
    with pytest.raises(ValueError, match="needs a run that was measured"):
        compose(network(), rule="density")
    run = SimpleNamespace(model=network(), calibration=FOCAL, metrics=metrics)
    with pytest.raises(ValueError, match="needs a run that was measured"):
        compose(run, rule="density")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": 0}, "steps must be a positive whole number"),
        ({"steps": 1.5}, "steps must be a positive whole number"),
        ({"pieces": 0}, "pieces must be a positive whole number"),
        ({"chunk": 0}, "chunk must be a positive whole number"),
        ({"prime": []}, "the number of primes must be a positive whole number"),
        ({"seed": -1}, "seed must be a whole number from 0 up"),
        ({"rule": "argmax"}, "rule must be one of sample, threshold"),
        ({"start": "warm"}, "start must be one of guided, zero, random"),
        ({"threshold": 1.1}, "threshold must be between 0 and 1"),
        ({"temperature": 0}, "temperature must be a positive number"),
        ({"temperature": float("nan")}, "temperature must be a positive number"),
    ],
)
def test_an_argument_out_of_range_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        compose(network(), **arguments)
