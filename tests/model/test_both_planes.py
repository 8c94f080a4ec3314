"""Networks of both planes: onsets and holds, and what of a step is impossible."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from deepmusician.model import (
    EXCLUDED,
    Calibration,
    Classifier,
    DeepMusician,
    DependentClassifier,
    NetworkConfig,
    bce_loss,
    compose,
    focal_loss,
)
from deepmusician.model.phrases import Past
from deepmusician.music import PianoRoll, possible_cells

KINDS = pytest.mark.parametrize("kind", [Classifier, DependentClassifier])
OUTPUTS = pytest.mark.parametrize("outputs", ["independent", "dependent"])
STARTS = pytest.mark.parametrize("start", ["guided", "zero"])
KEYS, HIDDEN = 3, 5


def classifier_of(kind, keys=KEYS, reach=2):
    """Return a classifier of both planes whose every weight matters, in float64."""
    torch.manual_seed(0)
    classifier = kind(HIDDEN, keys, 24, planes=2, reach=reach).double().eval()
    for parameter in classifier.parameters():
        parameter.data.normal_()
    return classifier


def network(seed: int = 0, **changes) -> DeepMusician:
    """Return a small network whose states matter, and which plays and holds."""
    torch.manual_seed(seed)
    sizes = {"hidden": 16, "classifier_hidden": 24, "context": 12, "intervals": 12}
    config = NetworkConfig(**{"plane": "both", **sizes, **changes})
    model = DeepMusician(config).eval()
    for parameter in model.parameters():
        parameter.data.mul_(4)
    density = torch.tensor([0.05, 0.8]).repeat(config.keys)
    model.set_output_bias(density)
    return model


def random_roll(steps: int, seed: int = 0) -> PianoRoll:
    """Return a roll of about four keys a step, held for about three."""
    generator = np.random.default_rng(seed)
    onsets = generator.random((steps, 88)) < 0.015
    sounding, held = onsets.copy(), generator.random((steps, 88)) < 0.7
    for step in range(1, steps):
        sounding[step] |= sounding[step - 1] & held[step]
    return PianoRoll(onsets, sounding)


def cells_of(roll: PianoRoll) -> torch.Tensor:
    """Return a roll's cells as a batch of one, (1, steps, cells)."""
    return torch.from_numpy(roll.plane("both")).float().unsqueeze(0)


@KINDS
@pytest.mark.parametrize("reach", [0, 2])
@pytest.mark.parametrize("sounded", [(0, 0, 0), (1, 0, 1), (1, 1, 1)])
def test_the_probabilities_of_all_possible_steps_add_up_to_one(kind, reach, sounded):
    classifier = classifier_of(kind, reach=reach)
    every = itertools.product([0.0, 1.0], repeat=2 * KEYS)
    cells = torch.tensor(list(every), dtype=torch.float64)
    before = torch.tensor([cell for on in sounded for cell in (0.0, on)])
    before = before.double().expand_as(cells)
    possible = possible_cells(before, cells)
    exists = ((cells == 0) | possible).all(dim=1)
    states = torch.ones(len(cells), HIDDEN).double()
    logits = classifier(states, cells, Past(before))
    nll = binary_cross_entropy_with_logits(logits, cells, reduction="none")
    nll = torch.where(possible, nll, 0.0).sum(dim=1)
    assert int(exists.sum()) == 2 ** (KEYS - sum(sounded)) * 3 ** sum(sounded)
    assert torch.exp(-nll)[exists].sum().item() == pytest.approx(1, abs=1e-12)


def cell_by_cell(classifier, states, before, uniforms):
    """Return the cells drawn by a plain loop from the lowest to the highest."""
    cells = torch.zeros_like(uniforms)
    for cell in range(cells.shape[1]):
        logit = classifier(states, cells, Past(before))[:, cell]
        drawn = uniforms[:, cell] < torch.sigmoid(logit)
        cells[:, cell] = (drawn & possible_cells(before, cells)[:, cell]).double()
    return cells


@KINDS
def test_sampling_equals_a_loop_over_the_cells(kind):
    classifier, generator = classifier_of(kind, keys=8), torch.Generator()
    states = torch.randn(60, HIDDEN, generator=generator.manual_seed(3)).double()
    before = (torch.rand(60, 16, generator=generator) < 0.4).double()
    uniforms = torch.rand(60, 16, generator=generator).double()
    drawn = classifier.sample(states, uniforms, past=Past(before))
    assert torch.equal(drawn, cell_by_cell(classifier, states, before, uniforms))
    assert drawn[:, ::2].any()
    assert drawn[:, 1::2].any()
    assert not (drawn.bool() & ~possible_cells(before, drawn)).any()


def test_sampling_takes_as_many_passes_as_a_step_has_notes_and_one():
    classifier, passes = classifier_of(DependentClassifier, keys=8), []
    classifier.output.register_forward_hook(lambda *_: passes.append(1))
    uniforms = torch.rand(20, 16, generator=torch.Generator().manual_seed(1)).double()
    before, states = torch.ones(20, 16).double(), torch.ones(20, HIDDEN).double()
    drawn = classifier.sample(states, uniforms, past=Past(before))
    assert len(passes) == drawn.sum(dim=1).max() + 1


@OUTPUTS
@STARTS
def test_what_cannot_be_held_is_excluded_and_nothing_else(outputs, start):
    model, cells = network(outputs=outputs, start=start), cells_of(random_roll(36))
    context, target = cells[:, :12], cells[:, 12:]
    logits = model(context, target)
    possible = possible_cells(cells[:, 11:-1], target)
    assert torch.equal(logits == EXCLUDED, ~possible)
    assert (target.bool() <= possible).all()
    assert target[:, 0, 1::2].any()  # the context's last step is held on


@OUTPUTS
@pytest.mark.parametrize("loss", [bce_loss, focal_loss])
def test_excluded_cells_cost_nothing_and_no_gradient_is_infinite(outputs, loss):
    model, cells = network(outputs=outputs), cells_of(random_roll(36))
    logits = model(cells[:, :12], cells[:, 12:])
    logits.retain_grad()
    loss(logits, cells[:, 12:]).backward()
    assert not logits.grad[logits == EXCLUDED].any()
    grads = [each.grad for each in model.parameters()]
    assert all(torch.isfinite(grad).all() for grad in grads)
    assert any(grad.any() for grad in grads)
    excluded = torch.full((1,), EXCLUDED)
    assert loss(excluded, torch.zeros(1)) == 0


@pytest.mark.parametrize("settings", [{}, {"alpha": 0.3, "gamma": 2.0, "shift": -1.0}])
def test_calibration_leaves_excluded_cells_impossible(settings):
    calibrated = Calibration(**settings)(torch.tensor([EXCLUDED, 0.0]))
    assert torch.isfinite(calibrated).all()
    assert torch.sigmoid(calibrated)[0] == 0


def test_scheduled_sampling_scores_the_true_holds():
    torch.manual_seed(1)
    model, cells = network(), cells_of(random_roll(36))
    with torch.no_grad():
        logits = model(cells[:, :12], cells[:, 12:], teacher_forcing=0.5)
    possible = possible_cells(cells[:, 11:-1], cells[:, 12:])
    assert torch.equal(logits == EXCLUDED, ~possible)


@OUTPUTS
@STARTS
@pytest.mark.parametrize("rule", ["sample", "threshold"])
def test_every_rule_composes_music_whose_notes_have_lengths(outputs, start, rule):
    model = network(outputs=outputs, start=start)
    rolls = compose(model, 40, pieces=3, rule=rule, threshold=0.2)  # checked in making
    lengths = {held for roll in rolls for _, _, held in roll.notes()}
    assert len(lengths) > 2


@OUTPUTS
def test_the_rule_of_density_takes_the_runs_own_threshold(outputs):
    model = network(outputs=outputs)
    run = SimpleNamespace(model=model, metrics={"valid": {"density_threshold": 0.2}})
    by_density, by_threshold = (
        compose(run, 40, **rule)[0].plane("both")
        for rule in ({"rule": "density"}, {"rule": "threshold", "threshold": 0.2})
    )
    assert np.array_equal(by_density, by_threshold)
    assert by_density.any()


@STARTS
def test_a_prime_stays_as_it_is_and_its_last_notes_may_sound_on(start):
    model, prime = network(start=start), random_roll(30, seed=4)
    rolls = compose(model, 20, prime=[prime] * 6)
    assert all(np.array_equal(roll.onsets[:30], prime.onsets) for roll in rolls)
    assert all(np.array_equal(roll.sounding[:30], prime.sounding) for roll in rolls)
    assert any((roll.plane("both")[30, 1::2]).any() for roll in rolls)


def test_a_longer_piece_begins_like_a_shorter_one_across_the_chunks():
    model = network()
    (short,), (long,) = (compose(model, steps) for steps in (17, 40))
    assert np.array_equal(short.plane("both"), long.plane("both")[:17])


@OUTPUTS
def test_sampled_music_is_as_likely_as_the_network_says(outputs):
    """Of many draws of one step, each outcome is as frequent as it is likely."""
    model = network(outputs=outputs, start="zero", keys=2, intervals=1).double()
    torch.manual_seed(0)
    state, before = torch.randn(1, 16).double(), torch.tensor([[0, 1, 0, 0]]).double()
    count = 20_000
    uniforms = torch.rand(count, 4).double()
    drawn = model.classifier.sample(
        state.expand(count, -1), uniforms, past=Past(before.expand(count, -1))
    )
    for cells, seen in zip(
        *torch.unique(drawn, dim=0, return_counts=True), strict=True
    ):
        logits = model.classifier(state, cells[None], Past(before))
        nll = binary_cross_entropy_with_logits(logits, cells[None], reduction="none")
        p = torch.exp(-(nll * possible_cells(before, cells[None])).sum()).item()
        assert seen / count == pytest.approx(p, abs=5 * (p / count) ** 0.5)


def test_noise_disturbs_what_the_decoder_reads_and_nothing_that_is_scored():
    model, cells = network(start="zero"), cells_of(random_roll(96))
    context, target = cells[:, :12], cells[:, 12:]
    torch.manual_seed(0)
    plain, again = model(context, target), model(context, target)
    noisy = model(context, target, noise=0.3)
    assert torch.equal(plain, again)
    assert not torch.allclose(plain, noisy)
    assert torch.equal(plain == EXCLUDED, noisy == EXCLUDED)
