"""The network: sizes, causality, starts and teacher forcing."""

import pytest
import torch

from deepmusician.model import (
    Calibration,
    DeepMusician,
    DependentClassifier,
    NetworkConfig,
    bce_loss,
)

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


def music(batch: int, steps: int, keys: int = 7, seed: int = 0) -> torch.Tensor:
    """Return random steps (batch, steps, keys), an onset in three cells of ten."""
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
def test_stepping_along_the_target_is_the_fused_call(outputs):
    model = small_network(outputs=outputs)
    context, target = music(3, 5), music(3, 4, seed=1)
    sos, start = torch.zeros_like(target[:, 0]), model.start_hidden(context)
    states, steps, last = model.walk(
        sos, start, 4, lambda _, past, step: target[:, step], context
    )
    stepped = model.classifier(states, target)
    torch.testing.assert_close(stepped, model(context, target), rtol=0, atol=1e-12)
    assert torch.equal(steps, target)
    assert torch.equal(last[-1], states[:, -1])


def test_without_teacher_forcing_the_target_is_not_read():
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
    from_zeros = model(music(2, 5), torch.zeros_like(target))
    torch.testing.assert_close(silent, from_zeros, rtol=0, atol=1e-12)
    assert not torch.equal(silent, walk(Calibration()))


@pytest.mark.parametrize("outputs", ["independent", "dependent"])
def test_the_output_bias_starts_at_the_density(outputs):
    model = small_network(keys=3, outputs=outputs).float()
    classifier = model.classifier
    model.set_output_bias(0.0125)
    assert torch.sigmoid(classifier.output.bias).tolist() == pytest.approx([0.0125] * 3)
    model.set_output_bias(torch.tensor([0.5, 0.25, 0.0]))
    assert torch.sigmoid(classifier.output.bias).tolist() == pytest.approx(
        [0.5, 0.25, 1e-6]
    )
    focal = Calibration(alpha=0.25, gamma=2.0)
    model.set_output_bias(torch.tensor([0.5, 0.25, 0.0125]), focal)
    assert torch.sigmoid(focal(classifier.output.bias)).tolist() == pytest.approx(
        [0.5, 0.25, 0.0125]
    )
    with pytest.raises(ValueError, match="density must lie between 0 and 1"):
        model.set_output_bias(1.5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outputs": "joint"}, "outputs must be one of independent, dependent"),
        ({"plane": "velocity"}, "plane must be one of onsets, sounding"),
        ({"start": "warm"}, "start must be one of guided, zero, random"),
        ({"layers": 0}, "layers must be a positive whole number"),
        ({"dropout": 1.0}, r"dropout must be in \[0, 1\)"),
    ],
)
def test_a_network_that_cannot_be_built_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        NetworkConfig(**changes)


def test_one_layer_and_other_sizes_work():
    model = small_network(layers=1, hidden=3, outputs="dependent")
    assert model(music(2, 5), music(2, 4)).shape == (2, 4, 7)
