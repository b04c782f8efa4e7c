"""What was odd about a clip when it was extracted: the codes of its report, in words."""

ODD_IN_WORDS = {
    "NO_PICTURES": "sound only",
    "NO_FACE": "no face at all",
    "FACE_LOST": "the face is missing in some moments",
    "SMALL_FACE": "the face is smaller than 80 pixels",
    "SEVERAL_FACES": "several faces: the largest was followed",
    "NO_SOUND": "no sound",
    "SOUND_DAMAGED": "the sound is damaged, pictures only",
    "QUIET": "very quiet (mean below -60 dBFS)",
    "CLIPPED": "the sound is cut off at full scale",
    "OUT_OF_PHASE": "the channels cancel out: the first was taken",
    "NOT_FINITE": "the sound held impossible values, now silence",
}
