"""Label, train, judge and publish multimodal (face, mouth, voice) sentiment in video."""

__version__ = "0.1.0"
