"""Who has which colour in the book: people, networks, losses, baselines.

The colours of music, networks and losses are Okabe and Ito's (2008), which colour-blind
eyes tell apart, with two greys.
"""

COLOURS = {
    "human": "#009E73",  # bluish green: music by people
    "independent": "#0072B2",  # blue: the report's network
    "dependent": "#D55E00",  # vermilion: the network with dependent outputs
    "baseline": "#6B7280",  # grey: what is counted, not trained
    "onsets": "#14213D",  # nearly black: an onset
    "sounding": "#7FB2DD",  # pale blue: a key held
    "bce": "#3A3A3F",  # dark grey: binary cross-entropy
    "focal": "#CC79A7",  # reddish purple: focal loss
}
ROLE_NAMES = {role: role for role in COLOURS} | {
    "independent": "the report's network",
    "dependent": "dependent outputs",
    "onsets": "onset",
    "sounding": "held",
    "bce": "BCE",
    "focal": "focal loss",
}
_CLUES = {
    "independent": ("independent", "report"),
    "dependent": ("dependent", "composer"),
    "human": ("human", "bach", "mozart", "corpus", "chorale"),
    "bce": ("bce", "cross-entropy"),
    "focal": ("focal",),
}


def role_of(label: str, otherwise: str = "baseline") -> str:
    """Return the role that a label is, or has a clue to; `otherwise` for any other."""
    words = label.lower()
    roles = (role for role, clues in _CLUES.items() if any(c in words for c in clues))
    return words if words in COLOURS else next(roles, otherwise)
