"""Files of answers, as the blind test in the page writes them."""

import json


def trial(number=0, **changes):
    """One trial as the page writes it."""
    return {
        "excerpt": f"excerpt-{number}",
        "origin": "human" if number % 2 else "machine",
        "composer": "Bach" if number % 2 else "dependent outputs",
        "answer": "human",
        "confidence": 3,
        "listenings": 1,
        "seconds": 12.5,
    } | changes


def answered(test="0f3a77c2", **changes):
    """One listener's file as the page writes it."""
    return {
        "version": 1,
        "test": test,
        "build": {"preset": "full"},
        "started": "2026-11-01T10:00:00Z",
        "finished": "2026-11-01T10:20:00Z",
        "consent": True,
        "training": "some",
        "trials": [trial(9, practice=True), trial(0), trial(1)],
    } | changes


def issue(answers):
    """Return the text of an issue as the page prepares it."""
    return f"Here are my answers.\n\n```json\n{json.dumps(answers)}\n```\n\nThanks!\n"


def write(folder, name, content):
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


def listener(right, baseline=2):
    """Twenty answers on the same excerpts, so many of them right."""
    rows = []
    for number in range(20):
        origin = "human" if number % 2 else "machine"
        other = "machine" if number % 2 else "human"
        composer = (
            "the check" if origin == "machine" and number < 2 * baseline else None
        )
        answer = origin if number < right else other
        changed = {"answer": answer, "confidence": 1 + number % 4}
        changed |= {"composer": composer} if composer else {}
        rows.append(trial(number, **changed))
    return rows
