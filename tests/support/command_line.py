"""The command line, as a person types it."""

from typer.testing import CliRunner

from deepmusician.cli import commands as cli


def typed(*words: object):
    """The result of `deepmusician` and these words."""
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def fails(*words: object, code: int = 1) -> str:
    """The one line that a command says on stderr when it fails."""
    result = typed(*words)
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert "Traceback" not in line
    return line
