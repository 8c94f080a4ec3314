"""Which tests `make check` leaves out: those that take their time.

`make records` runs those of `experiments`, `make test` all others.

They train for more than a second, or wait for processes of their own. Measured with
`pytest --durations=0`; a file is listed whole where its fixtures are what takes long.
"""

from pathlib import Path

TESTS = Path(__file__).parents[1]
FOLDERS = ("experiments",)
FILES = (
    "cli/test_sweep.py",
    "studies/test_parallel.py",
    "studies/test_sweep.py",
    "training/test_loop.py",
    "web/test_network_js.py",
    "widgets/test_blind.py",
    "widgets/test_explorer.py",
    "widgets/test_training_process.py",
)
FIXTURES = {"chorales"}  # parsed, where no cache has them: a minute
NAMES = {
    "cli/test_commands.py": ("test_the_program_itself_exits_with_one_line",),
    "corpora/test_windows.py": ("test_the_share_of_opening_windows_is_as_asked",),
    "model/test_composing.py": (
        "test_a_focal_trained_network_sampled_raw_plays_far_too_many_notes",
        "test_calibration_comes_before_temperature",
    ),
    "plots/test_style.py": ("test_measuring_and_counting_bring_no_matplotlib_along",),
    "studies/test_benchmark.py": (
        "test_shuffled_music_is_predicted_no_better_than_by_the_note_1_gram",
        "test_a_trained_network_predicts_the_next_step_and_no_later_one",
    ),
    "studies/test_outcome.py": (
        "test_every_rule_is_measured_and_one_piece_by_each_is_kept",
    ),
    "tools/test_build_tools.py": (
        "test_a_chapter_runs_once_and_again_when_the_package_changes",
        "test_a_chapter_that_fails_is_named_with_its_error_and_runs_again",
        "test_chapters_put_their_sounds_where_the_pages_find_them",
    ),
    "training/test_run.py": (
        "test_a_killed_run_goes_on_as_if_nothing_had_happened",
        "test_a_tune_that_never_changes_is_learnt",
        "test_a_checkpoint_that_cannot_be_read_means_to_begin_anew",
        "test_lightning_is_imported_by_one_file_and_only_to_train",
        "test_training_prints_nothing_and_leaves_no_folder",
    ),
    "widgets/test_page_composer.py": (
        "test_the_openings_are_two_bars_of_chorales_held_out_for_testing",
    ),
    "widgets/test_roll_player.py": ("test_a_player_needs_no_plotting_library",),
}


def is_slow(test) -> bool:
    """Return whether a test, as pytest has collected it, is slow."""
    file = test.path.relative_to(TESTS).as_posix()
    listed = file in FILES or file.split("/")[0] in FOLDERS
    return (
        listed
        or test.originalname in NAMES.get(file, ())
        or bool(FIXTURES.intersection(test.fixturenames))
    )
