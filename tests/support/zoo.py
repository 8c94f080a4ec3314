"""MIDI files byte by byte, among them every way to be broken that we know."""

import struct
from pathlib import Path

END = b"\x00\xff\x2f\x00"
NOTE = b"\x00\x90\x3c\x50\x60\x80\x3c\x00"  # middle C for 96 ticks
STROKE = b"\x00\x99\x24\x50\x60\x89\x24\x00"  # a bass drum on channel 10


def track(events: bytes, end: bytes = END) -> bytes:
    """Return a MIDI track chunk of events, its end added."""
    return b"MTrk" + struct.pack(">I", len(events + end)) + events + end


def header(kind: int = 1, tracks: int = 1, division: int = 96) -> bytes:
    """Return a MIDI header chunk."""
    return b"MThd" + struct.pack(">IHHh", 6, kind, tracks, division)


def wait(ticks: int) -> bytes:
    """Return a time difference in MIDI's variable length."""
    groups = [ticks & 127]
    while ticks := ticks >> 7:
        groups.append(ticks & 127 | 128)
    return bytes(reversed(groups))


GOOD = header() + track(NOTE)
FAR_AWAY = wait(2**28 - 1) + b"\x90\x3c\x50\x60\x80\x3c\x00"
BROKEN_BYTES = {
    "corrupt": (header() + track(b"\x00\x90\x3c\xff\x60\x80\x3c\x00"), "corrupt"),
    "no-status": (header() + track(b"\x00\x3c\x50\x60\x3c\x00"), "corrupt"),
    "bad-header": (b"MThd" + struct.pack(">IHHh", 2, 1, 1, 96), "header is too short"),
    "type-7": (header(kind=7) + track(NOTE), "no type 7"),
    "truncated-header": (GOOD[:10], "cut off inside its header"),
    "truncated-track": (GOOD[:-6], "cut off inside a track"),
    "truncated-between": (header(tracks=2) + track(NOTE), "1 of 2 tracks"),
    "no-end": (header() + track(NOTE, end=b""), "track without an end"),
    "empty": (b"", "is empty"),
    "zero-division": (header(division=0) + track(NOTE), "zero ticks per quarter"),
    "negative-division": (header(division=-7384) + track(NOTE), "SMPTE"),
    "type-2": (header(kind=2) + track(NOTE), "type 2"),
    "huge-tick": (header(division=1) + track(FAR_AWAY), "more than the 400,000 steps"),
    "huge-ticks": (header() + track(FAR_AWAY * 9), "past what MIDI counts"),
    "no-tempo": (header() + track(b"\x00\xff\x51\x03\x00\x00\x00" + NOTE), "tempo"),
    "non-midi": (b"<!doctype html><title>404</title>", "not a MIDI file"),
    "no-notes": (header() + track(b""), "has no notes"),
    "drums-only": (header() + track(STROKE), "1 drum strokes"),
    "too-low": (header() + track(NOTE.replace(b"\x3c", b"\x05")), "piano's keys"),
}


def write_zoo(folder: Path) -> dict[Path, str]:
    """Write every broken file into a folder; return part of each one's cause."""
    causes = {}
    for name, (content, cause) in BROKEN_BYTES.items():
        path = folder / f"{name}.mid"
        path.write_bytes(content)
        causes[path] = cause
    directory = folder / "directory.mid"
    directory.mkdir()
    dangling = folder / "dangling.mid"
    dangling.symlink_to(folder / "nowhere")
    looping = folder / "unreadable.mid"
    looping.symlink_to(looping.name)
    score = folder / "score.krn"
    score.write_bytes(b"\x00\xff broken")
    archive = folder / "archive.mxl"
    archive.write_bytes(b"PK\x03\x04 cut off")
    causes |= {directory: "is a folder", dangling: "does not exist"}
    causes |= {looping: "cannot be read", score: "score", archive: "score"}
    return causes
