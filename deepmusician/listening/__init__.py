"""What the reader hears: audio, engraving and widgets."""
