"""Notes before the grid: excerpts, and how hard keys are struck."""

from support.rolls import four_notes

from deepmusician.music import PianoRoll


def test_an_excerpt_begins_at_zero_and_releases_its_notes_at_its_end():
    cut = four_notes([40, 50, 60, 70]).excerpt(1, 2)
    assert cut.onsets.tolist() == [0.0, 0.5]
    assert cut.durations.tolist() == [1.0, 0.5]
    assert cut.pitches.tolist() == [64, 67]
    assert cut.velocities.tolist() == [50, 60]
    assert (cut.length, cut.tempo, cut.dropped) == (1.0, 60.0, {})


def test_an_excerpt_of_notes_without_velocities_has_none():
    assert four_notes().excerpt(0, 4).velocities is None


def test_the_whole_as_an_excerpt_makes_the_same_roll():
    assert PianoRoll.from_notes(four_notes().excerpt(0, 4)) == PianoRoll.from_notes(
        four_notes()
    )


def test_a_roll_forgets_the_velocities():
    struck = PianoRoll.from_notes(four_notes([1, 40, 80, 127]))
    assert struck == PianoRoll.from_notes(four_notes())
