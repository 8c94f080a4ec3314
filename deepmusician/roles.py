"""Who speaks in the book: people, networks, losses, baselines. They give colours."""

NAMES = {
    "human": "human",
    "independent": "the report's network",
    "dependent": "dependent outputs",
    "baseline": "baseline",
    "onsets": "touched",
    "sounding": "held",
    "bce": "BCE",
    "focal": "focal loss",
}


def role_of(label: str, otherwise: str = "baseline") -> str:
    """Return the role that a label speaks of; `otherwise` for any other label.

    A role's own name counts, and so do words: "independent" or "report", "dependent",
    "human", "Bach", "Mozart" or "corpus".
    """
    words = label.lower()
    clues = {
        "independent": ("independent", "report"),
        "dependent": ("dependent",),
        "human": ("human", "bach", "mozart", "corpus", "chorale"),
        "bce": ("bce", "cross-entropy"),
        "focal": ("focal",),
    }
    found = (role for role, hints in clues.items() if any(h in words for h in hints))
    return words if words in NAMES else next(found, otherwise)
