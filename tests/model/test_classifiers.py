"""The classifiers: what each key sees, exact likelihood, and sampling."""

import itertools

import pytest
import torch

from deepmusician.model import Classifier, DependentClassifier


def small_dependent(keys: int, width: int = 24, seed: int = 0) -> DependentClassifier:
    """Return a classifier of a few keys whose every weight matters, in float64."""
    torch.manual_seed(seed)
    classifier = DependentClassifier(5, keys, width).double().eval()
    with torch.no_grad():
        for parameter in classifier.parameters():
            parameter.normal_()
    return classifier


@pytest.mark.parametrize("width", [3, 24])
def test_each_key_sees_exactly_the_keys_below_it(width):
    classifier = small_dependent(keys=6, width=width)
    keys = torch.rand(6).double()
    jacobian = torch.autograd.functional.jacobian(
        lambda keys: classifier(torch.ones(5).double(), keys), keys
    )
    assert torch.equal(jacobian != 0, torch.ones(6, 6).tril(-1).bool())


def test_every_key_sees_the_state():
    classifier = small_dependent(keys=6)
    jacobian = torch.autograd.functional.jacobian(
        lambda states: classifier(states, torch.zeros(6).double()),
        torch.ones(5).double(),
    )
    assert (jacobian != 0).all()


def test_the_hidden_units_degrees_spread_evenly_over_the_keys():
    seen = DependentClassifier(5, keys=4, width=8).lower_to_hidden.mask.sum(dim=1)
    assert seen.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_the_probabilities_of_all_steps_of_five_keys_sum_to_one():
    classifier = small_dependent(keys=5)
    every = torch.tensor(list(itertools.product([0.0, 1.0], repeat=5))).double()
    logits = classifier(torch.ones(len(every), 5).double(), every)  # (32, keys)
    log_p = -torch.nn.functional.binary_cross_entropy_with_logits(
        logits, every, reduction="none"
    ).sum(dim=1)
    assert log_p.exp().sum().item() == pytest.approx(1, abs=1e-12)
    assert log_p.exp().max() < 0.9  # and they are no certainty


def key_by_key(classifier, states, uniforms, temperature=1.0):
    """Return the keys drawn by a plain loop from the lowest key to the highest."""
    keys = torch.zeros_like(uniforms)
    for key in range(keys.shape[1]):
        logits = classifier(states, keys)[:, key] / temperature
        keys[:, key] = (uniforms[:, key] < torch.sigmoid(logits)).double()
    return keys


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_dependent_sampling_equals_a_loop_over_the_keys(temperature):
    classifier = small_dependent(keys=12)
    generator = torch.Generator().manual_seed(3)
    states = torch.randn(40, 5, generator=generator).double()
    uniforms = torch.rand(40, 12, generator=generator).double()
    drawn = classifier.sample(states, uniforms, temperature)
    assert torch.equal(drawn, key_by_key(classifier, states, uniforms, temperature))
    assert 0 < drawn.mean() < 1


def test_dependent_sampling_takes_one_pass_more_than_the_fullest_step_has_notes():
    classifier = small_dependent(keys=12)
    passes = []
    classifier.output.register_forward_hook(lambda *_: passes.append(1))
    uniforms = torch.rand(20, 12, generator=torch.Generator().manual_seed(1))
    drawn = classifier.sample(torch.ones(20, 5).double(), uniforms.double())
    assert len(passes) == drawn.sum(dim=1).max() + 1


def test_dependent_thresholding_reads_the_lower_keys_chosen_so_far():
    classifier = small_dependent(keys=12)
    states = torch.randn(40, 5, generator=torch.Generator().manual_seed(4)).double()
    cutoffs = torch.full((40, 12), 0.3).double()
    expected = key_by_key(classifier, states, cutoffs)
    assert torch.equal(classifier.sample(states, cutoffs), expected)


def test_independent_sampling_and_thresholding_compare_each_probability():
    classifier = Classifier(1, keys=3, width=1).eval()
    classifier.output.weight.data.zero_()
    classifier.output.bias.data = torch.logit(torch.tensor([0.2, 0.5, 0.8]))
    states, uniforms = torch.zeros(1, 1), torch.tensor([[0.19, 0.51, 0.79]])
    assert classifier.sample(states, uniforms).tolist() == [[1, 0, 1]]
    cutoffs = torch.full((1, 3), 0.4)
    assert classifier.sample(states, cutoffs).tolist() == [[0, 1, 1]]
    # Twice the temperature, half the logit: 0.8 becomes 2 / 3, and 0.2 becomes 1 / 3.
    warm = torch.tensor([[0.32, 0.51, 0.67]])
    assert classifier.sample(states, warm, temperature=2.0).tolist() == [[1, 0, 0]]
    assert (
        classifier.sample(states, uniforms, calibrate=lambda logits: logits - 99).sum()
        == 0
    )


@pytest.mark.parametrize("kind", [Classifier, DependentClassifier])
def test_sampling_uses_no_dropout_even_while_training(kind):
    torch.manual_seed(0)
    classifier = kind(5, keys=6, width=24, dropout=0.9).train()
    states = torch.randn(8, 5)
    uniforms = torch.rand(8, 6)
    draws = [classifier.sample(states, uniforms) for _ in range(5)]
    assert all(torch.equal(draw, draws[0]) for draw in draws)
