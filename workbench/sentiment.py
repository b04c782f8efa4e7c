"""The words everything agrees on: classes, their order, their colours, and the mouth's two states."""

SENTIMENTS = ("negative", "neutral", "positive")
MOUTH_STATES = ("closed", "open")

# Okabe-Ito: told apart by people with any colour vision; always shown together with the word.
SENTIMENT_COLOURS = {"negative": "#D55E00", "neutral": "#999999", "positive": "#0072B2"}
SENTIMENT_MARKERS = {"negative": "v", "neutral": "o", "positive": "^"}
MODALITY_COLOURS = {"visual": "#E69F00", "audio": "#009E73", "audiovisual": "#CC79A7"}

OPEN_THRESHOLD = 0.5
"""P(open) above which a mouth counts as open (Yakaew 2021, equation 2)."""
