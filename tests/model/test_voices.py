"""Four voices: a softmax each, written as cells, which see the past and each other."""

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from deepmusician.evaluation import evaluate, frame_nlls
from deepmusician.model import Classifier, DeepMusician, NetworkConfig, compose
from deepmusician.model.phrases import Past
from deepmusician.model.voices import MARKS, TURNS, marks_of
from deepmusician.music import VOICES, PianoRoll

KEYS, HIDDEN, STEPS = 5, 16, 3
SETTINGS = {
    **{"plane": "voices", "outputs": "voices", "start": "zero", "phrases": 16},
    **{"hidden": HIDDEN, "classifier_hidden": 24, "context": 32, "intervals": 4},
}


def network_of(**changes):
    """A network with weights that matter, in float64."""
    torch.manual_seed(2)
    network = DeepMusician(NetworkConfig(**SETTINGS | changes)).double().eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.3 * torch.randn_like(weight))
    return network


def chorale(steps=64, seed=0) -> PianoRoll:
    """Four voices that move on the beats, repeat themselves, and rest now and then."""
    generator = np.random.default_rng(seed)
    beats = generator.integers(50, 70, (6, VOICES))
    beats[generator.random(beats.shape) < 0.1] = -1
    return PianoRoll.from_voices(np.tile(np.repeat(beats, 4, 0), (9, 1))[:steps])


def every_step(keys=KEYS):
    """All steps of four voices on so many keys, ((keys + 1) ** 4, cells)."""
    sung = torch.cartesian_prod(*VOICES * [torch.arange(keys + 1)])
    cells = torch.nn.functional.one_hot(sung, keys + 1)[..., :keys]
    return cells.transpose(1, 2).flatten(1).double()


def known(count):
    """The inputs of a classifier, all alike: a state, the step before, a phrase."""
    generator = torch.Generator().manual_seed(1)
    steps, (state,) = every_step(), torch.randn(1, HIDDEN, generator=generator).double()
    before, recalled = steps[torch.tensor([777, 222])].expand(count, 2, -1).unbind(1)
    past = Past(before, recalled, torch.full((count,), 2), torch.zeros(count, MARKS))
    return state.expand(count, -1), past


def test_all_possible_steps_add_up_to_one():
    classifier, steps = network_of(keys=KEYS).classifier, every_step()
    state, past = known(len(steps))
    logits = classifier(state, steps, past)
    shares = (-bce(logits, steps, reduction="none").sum(1)).exp()
    assert shares.sum().item() == pytest.approx(1)
    assert shares.min() > 0


def test_the_cells_add_up_to_a_softmax_over_the_keys_and_a_rest():
    classifier, steps = network_of(keys=KEYS).classifier, every_step()
    state, past = known(len(steps))
    logits = classifier(state, steps, past)
    nlls = bce(logits, steps, reduction="none").unflatten(1, (KEYS, VOICES)).sum(1)
    scores = classifier._scores(state, steps, past)
    scores = torch.nn.functional.pad(scores.unflatten(1, (KEYS, VOICES)), (0, 0, 0, 1))
    sung = steps.unflatten(1, (KEYS, VOICES))
    key = torch.where(sung.any(1), sung.argmax(1), KEYS)  # a rest is the last of them
    expected = -scores.log_softmax(1).gather(1, key[:, None])[:, 0]
    assert torch.allclose(nlls, expected)


def test_a_voice_sees_the_voices_before_it_and_no_other():
    classifier, steps = network_of(keys=KEYS).classifier, every_step()[[500, 501]]
    state, past = known(2)
    for voice in range(VOICES):
        changed = steps.clone().unflatten(1, (KEYS, VOICES))
        changed[1] = changed[0]
        changed[:, :, voice] = torch.eye(KEYS).double()[[1, 3]]
        scores = classifier._scores(state, changed.flatten(1), past)
        moved = (scores[0] != scores[1]).unflatten(0, (KEYS, VOICES)).any(0)
        later = [TURNS[other] > TURNS[voice] for other in range(VOICES)]
        assert moved.tolist() == later


def test_a_draw_has_the_frequencies_of_the_likelihood():
    classifier, count = network_of(keys=2).classifier, 40_000
    steps, generator = every_step(2), torch.Generator().manual_seed(3)
    state = torch.randn(1, HIDDEN, generator=generator).double()
    past = steps[40:41], steps[13:14], torch.tensor([1]), torch.zeros(1, MARKS)

    def many(number):
        return Past(*(each.expand(number, *each.shape[1:]) for each in past))

    logits = classifier(state.expand(len(steps), -1), steps, many(len(steps)))
    wanted = (-bce(logits, steps, reduction="none").sum(1)).exp()
    uniforms = torch.rand(count, 2 * VOICES, generator=generator).double()
    drawn = classifier.sample(state.expand(count, -1), uniforms, past=many(count))
    found = (drawn[:, None] == steps).all(2).double().mean(0)
    assert (found - wanted).abs().max().item() < 0.01


def test_no_prediction_changes_when_the_future_does():
    network, cells = network_of(), torch.tensor(chorale().plane("voices")).double()
    other = torch.tensor(chorale(seed=1).plane("voices")).double()
    whole = torch.stack([cells, torch.cat([cells[:40], other[40:]])])
    logits = network(whole[:, :8], whole[:, 8:])
    assert torch.equal(logits[0, :32], logits[1, :32])
    assert not torch.allclose(logits[0, 33], logits[1, 33])


def test_marks_of_time_count_from_the_first_note_and_from_each_move():
    voices = np.full((40, VOICES), -1)
    voices[3:] = 60
    voices[8:, 1] = 62
    steps = torch.tensor(PianoRoll.from_voices(voices).plane("voices"))[None].float()
    marks = marks_of(steps, steps[:, 4:])[0]  # of steps 4 to 39
    place, held = marks[:, :16], marks[:, 16:52].unflatten(1, (VOICES, -1))
    assert place.argmax(1).tolist() == [n % 16 for n in range(1, 37)]
    assert held.sum(-1).eq(1).all()
    bins = held.argmax(-1).T.tolist()
    assert bins[0][:9] == [0, 1, 2, 3, 4, 4, 5, 5, 6]
    assert bins[1][:9] == [0, 1, 2, 3, 4, 0, 1, 2, 3]
    later = steps.clone()
    later[:, 20:] = 0
    assert torch.equal(marks_of(later, steps[:, 4:])[0, :17], marks[:17])


def test_marks_of_intervals_are_the_same_in_every_key():
    roll = chorale(48)
    low, high = (
        torch.tensor(each.plane("voices"))[None].float()
        for each in (roll, roll.transpose(5))
    )
    assert torch.equal(marks_of(low, low), marks_of(high, high))
    moves = marks_of(low, low)[0, :, 52:156].unflatten(1, (VOICES, 26)).argmax(-1)
    for step, voice in ((9, 0), (17, 3)):  # one after a move of that voice
        origin, to = roll.voices[step - 2, voice], roll.voices[step - 1, voice]
        expected = 0 if -1 in (origin, to) else np.clip(to - origin, -12, 12) + 13
        assert moves[step, voice] == expected


def test_composing_gives_voices_and_goes_on_from_a_prime_as_it_is():
    network, prime = network_of(), chorale(24)
    (new,) = compose(network, 16)
    assert new.voices.shape == (16, VOICES)
    (longer,) = compose(network, 16, prime)
    assert (longer.voices[:24] == prime.voices).all()
    assert PianoRoll.from_voices(longer.voices) == longer
    assert compose(network, 16, prime)[0] == longer


def test_a_piece_is_predicted_alike_by_both_ways_of_scoring():
    network, piece = network_of(), chorale(50)
    measures = evaluate(network, [piece])
    assert measures["nll_step"] == pytest.approx(frame_nlls(network, [piece])[0].mean())


def test_music_without_voices_is_refused():
    with pytest.raises(ValueError, match="jsb-sixteenths"):
        evaluate(network_of(), [PianoRoll.from_plane(np.ones((4, 88)), name="mine")])


@pytest.mark.parametrize(
    "changes", [{"start": "guided"}, {"phrases": 0}, {"outputs": "dependent"}]
)
def test_settings_that_voices_do_not_have_are_refused(changes):
    with pytest.raises(ValueError, match="for voices"):
        NetworkConfig(**SETTINGS | changes)


def test_other_networks_keep_their_classifiers():
    assert type(DeepMusician(NetworkConfig()).classifier) is Classifier


def test_a_tune_is_sung_as_it_is_and_the_others_join_it():
    network, tune = network_of(), chorale(40)
    alone = np.full_like(tune.voices, -1)
    alone[:, 0] = tune.voices[:, 0]
    sung, again = compose(network, pieces=2, tune=PianoRoll.from_voices(alone))
    rests = alone[:, 0] == -1
    for each in (sung, again):
        assert (each.voices[~rests, 0] == alone[~rests, 0]).all()
        assert len(each) == 40
    assert (sung.voices[:, 1:] != again.voices[:, 1:]).any()
    later = alone.copy()
    later[20:, 0] = 61
    (other,) = compose(network, tune=PianoRoll.from_voices(later))
    assert (other.voices[:20] == sung.voices[:20]).all()  # it does not look ahead


def test_only_voices_harmonise():
    network = DeepMusician(NetworkConfig(hidden=8, context=8))
    with pytest.raises(ValueError, match="voices"):
        compose(network, tune=chorale(8))


def test_noise_takes_a_whole_step_from_elsewhere_its_marks_with_it():
    network, read = network_of(), []
    network.decoder.register_forward_pre_hook(lambda _, given: read.append(given[0]))
    target = torch.tensor(chorale().plane("voices")).double()[None]
    context = torch.zeros(1, 32, target.shape[2]).double()
    network(context, target)
    torch.manual_seed(0)
    network(context, target, noise=0.5)
    clean, noisy = (inputs[0] for inputs in read)
    places = (noisy[:, None] == clean).all(-1)  # (steps, steps)
    assert places.any(1).all()
    assert 0.2 < places.diagonal().double().mean() < 0.9
