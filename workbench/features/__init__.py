"""What the networks see and hear: face, mouth, landmarks, spectrogram."""
