"""The network: sizes, causality, starts, exact likelihood and sampling."""

import itertools

import pytest
import torch

from deepmusician.calibration import Calibration
from deepmusician.classifiers import Classifier, DependentClassifier
from deepmusician.losses import bce_loss
from deepmusician.model import DeepMusician, NetworkConfig

REPORT_GRU = {
    "weight_ih_l0": (1536, 88),
    "weight_hh_l0": (1536, 512),
    "bias_ih_l0": (1536,),
    "bias_hh_l0": (1536,),
    "weight_ih_l1": (1536, 512),
    "weight_hh_l1": (1536, 512),
    "bias_ih_l1": (1536,),
    "bias_hh_l1": (1536,),
}


def small_network(seed: int = 0, **changes) -> DeepMusician:
    """Return a network of a few keys, in float64 and without dropout."""
    torch.manual_seed(seed)
    sizes = {"keys": 7, "hidden": 6, "classifier_hidden": 20, "context": 5}
    return DeepMusician(NetworkConfig(**{**sizes, **changes})).double().eval()


def small_dependent(keys: int, width: int = 24, seed: int = 0) -> DependentClassifier:
    """Return a classifier of a few keys whose every weight matters, in float64."""
    torch.manual_seed(seed)
    classifier = DependentClassifier(5, keys, width).double().eval()
    with torch.no_grad():
        for parameter in classifier.parameters():
            parameter.normal_()
    return classifier


def music(batch: int, steps: int, keys: int = 7, seed: int = 0) -> torch.Tensor:
    """Return random steps (batch, steps, keys), three cells in ten touched."""
    generator = torch.Generator().manual_seed(seed)
    cells = torch.rand(batch, steps, keys, generator=generator)
    return (cells < 0.3).double()


def test_the_reports_network_has_5155160_parameters_in_its_layers():
    model = DeepMusician()
    sizes = {name: tuple(value.shape) for name, value in model.named_parameters()}
    expected = {f"encoder.gru.{name}": size for name, size in REPORT_GRU.items()}
    expected |= {f"decoder.gru.{name}": size for name, size in REPORT_GRU.items()}
    expected |= {
        "classifier.hidden.weight": (256, 512),
        "classifier.hidden.bias": (256,),
        "classifier.output.weight": (88, 256),
        "classifier.output.bias": (88,),
    }
    assert sizes == expected
    assert model.parameter_count == 5_155_160
    assert model.encoder.gru.dropout == model.decoder.gru.dropout == 0.2
    assert model.classifier.dropout.p == 0.5


def test_a_dependent_network_has_the_reports_grus_and_saves_no_masks():
    model = DeepMusician(NetworkConfig(outputs="dependent", classifier_hidden=1024))
    assert isinstance(model.classifier, DependentClassifier)
    assert model.encoder.gru.weight_hh_l1.shape == (1536, 512)
    assert model.classifier.hidden.weight.shape == (1024, 512)
    assert not [name for name in model.state_dict() if "mask" in name]


@pytest.mark.parametrize("outputs", ["independent", "dependent"])
def test_logits_have_the_targets_shape_and_no_sigmoid(outputs):
    model = small_network(outputs=outputs)
    model.classifier.output.bias.data.fill_(9)
    logits = model(music(3, 5), music(3, 4, seed=1))
    assert logits.shape == (3, 4, 7)
    assert (logits > 1).all()


def test_boolean_planes_are_read_as_they_are():
    model = small_network()
    context, target = music(2, 5), music(2, 4, seed=1)
    assert torch.equal(model(context.bool(), target.bool()), model(context, target))


@pytest.mark.parametrize("outputs", ["independent", "dependent"])
def test_a_steps_logits_never_see_that_step_or_a_later_one(outputs):
    model = small_network(outputs=outputs)
    context, target = music(1, 5), music(1, 4, seed=1).requires_grad_()
    for step in range(4):
        logits = model(context, target)[0, step, 0]  # the lowest key sees no other
        (seen,) = torch.autograd.grad(logits, target)
        steps_seen = seen[0].abs().sum(dim=1) > 0
        assert steps_seen.tolist() == [earlier < step for earlier in range(4)]


def test_the_decoder_starts_from_the_encoder_zeros_or_noise():
    context = music(2, 5)
    guided, zero, noisy = (
        small_network(start=start) for start in ("guided", "zero", "random")
    )
    assert torch.equal(guided.start_hidden(context), guided.encoder(context))
    assert torch.equal(zero.start_hidden(context), torch.zeros(2, 2, 6).double())
    seeded = [torch.Generator().manual_seed(seed) for seed in (1, 1, 2)]
    first, same, other = (noisy.start_hidden(context, each) for each in seeded)
    assert torch.equal(first, same)
    assert not torch.equal(first, other)
    assert first.abs().max() <= 1
    assert torch.equal(guided.start_hidden(context, start="zero"), torch.zeros(2, 2, 6))


def test_only_a_guided_start_depends_on_the_context():
    for start in ("guided", "zero"):
        model, target = small_network(start=start), music(1, 4, seed=1)
        first, second = (model(music(1, 5, seed=seed), target) for seed in (2, 3))
        assert torch.equal(first, second) == (start == "zero")


@pytest.mark.parametrize("outputs", ["independent", "dependent"])
def test_stepping_with_full_teacher_forcing_is_the_fused_call(outputs):
    model = small_network(outputs=outputs)
    context, target = music(3, 5), music(3, 4, seed=1)
    states = model._walk(target, model.start_hidden(context), 1.0, None)
    stepped = model.classifier(states, target)
    torch.testing.assert_close(stepped, model(context, target), rtol=0, atol=1e-12)


def test_without_teacher_forcing_the_target_is_not_heard():
    model = small_network()
    context = music(2, 5)
    walks = [
        model(context, music(2, 4, seed=seed), 0.0, torch.Generator().manual_seed(9))
        for seed in (1, 2)
    ]
    assert torch.equal(*walks)
    other = model(context, music(2, 4), 0.0, torch.Generator().manual_seed(10))
    assert not torch.equal(walks[0], other)


def test_half_teacher_forcing_trains_every_layer():
    model = small_network().train()
    generator = torch.Generator().manual_seed(1)
    target = music(2, 4, seed=1)
    bce_loss(model(music(2, 5), target, 0.5, generator), target).backward()
    assert all(value.grad.abs().sum() > 0 for value in model.parameters())


def test_steps_that_the_network_draws_are_drawn_from_calibrated_logits():
    model, target = small_network(), music(2, 4, seed=1)

    def walk(calibrate):
        seeded = torch.Generator().manual_seed(9)
        return model(music(2, 5), target, 0.0, seeded, calibrate)

    silent = walk(lambda logits: logits - 99)
    heard = model(music(2, 5), torch.zeros_like(target))
    torch.testing.assert_close(silent, heard, rtol=0, atol=1e-12)
    assert not torch.equal(silent, walk(Calibration()))


@pytest.mark.parametrize("kind", [Classifier, DependentClassifier])
def test_the_output_bias_starts_at_the_density(kind):
    classifier = kind(5, keys=3, width=4)
    classifier.set_output_bias(0.0125)
    assert torch.sigmoid(classifier.output.bias).tolist() == pytest.approx([0.0125] * 3)
    classifier.set_output_bias(torch.tensor([0.5, 0.25, 0.0]))
    assert torch.sigmoid(classifier.output.bias).tolist() == pytest.approx(
        [0.5, 0.25, 1e-6]
    )
    focal = Calibration(alpha=0.25, gamma=2.0)
    classifier.set_output_bias(torch.tensor([0.5, 0.25, 0.0125]), focal)
    assert torch.sigmoid(focal(classifier.output.bias)).tolist() == pytest.approx(
        [0.5, 0.25, 0.0125]
    )
    with pytest.raises(ValueError, match="density must lie between 0 and 1"):
        classifier.set_output_bias(1.5)


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
    found = classifier.sample(states, uniforms, temperature)
    assert torch.equal(found, key_by_key(classifier, states, uniforms, temperature))
    assert 0 < found.mean() < 1


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
    assert torch.equal(classifier.threshold(states, 0.3), expected)


def test_independent_sampling_and_thresholding_compare_each_probability():
    classifier = Classifier(1, keys=3, width=1).eval()
    classifier.output.weight.data.zero_()
    classifier.output.bias.data = torch.logit(torch.tensor([0.2, 0.5, 0.8]))
    states, uniforms = torch.zeros(1, 1), torch.tensor([[0.19, 0.51, 0.79]])
    assert classifier.sample(states, uniforms).tolist() == [[1, 0, 1]]
    assert classifier.threshold(states, 0.4).tolist() == [[0, 1, 1]]
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


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outputs": "joint"}, "outputs must be one of independent, dependent"),
        ({"plane": "velocity"}, "plane must be one of onsets, sounding"),
        ({"start": "warm"}, "start must be one of guided, zero, random"),
        ({"layers": 0}, "layers must be at least 1"),
        ({"dropout": 1.0}, r"dropout must be in \[0, 1\)"),
    ],
)
def test_a_network_that_cannot_be_built_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        NetworkConfig(**changes)


def test_one_layer_and_other_sizes_work():
    model = small_network(layers=1, hidden=3, outputs="dependent")
    assert model(music(2, 5), music(2, 4)).shape == (2, 4, 7)
