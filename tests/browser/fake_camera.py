"""A camera and a microphone for Chromium, made of a drawn clip; every picture carries its number as a row of blocks."""

import wave

import cv2
import numpy as np

from workbench.media.audio import SOUND_RATE
from workbench.media.sample_cast.actor import draw_actor
from workbench.media.sample_cast.performance import perform
from workbench.media.sample_cast.script import write_script

SIZE, N_BITS, BLOCK_PX = (640, 480), 6, 40


def write_fake_camera(folder, *, n=45):
    """Write ``camera.y4m`` (640x480, 30 a second) and ``camera.wav``; return Chromium's arguments for them."""
    part = write_script(1, n_clips=1, seed=3, calm_face_share=0.0, flat_voice_share=0.0)[0]
    played = perform(draw_actor(part.actor, seed=3), part, seed=3)
    with (folder / "camera.y4m").open("wb") as stream:
        stream.write(b"YUV4MPEG2 W%d H%d F30:1 Ip A1:1 C420jpeg\n" % SIZE)
        for number, image in zip(range(n), played.pictures(), strict=False):
            picture = cv2.resize(image, SIZE)
            for bit in range(N_BITS):
                picture[:BLOCK_PX, bit * BLOCK_PX : (bit + 1) * BLOCK_PX] = 255 * (number >> bit & 1)
            stream.write(b"FRAME\n" + cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420).tobytes())
    with wave.open(str(folder / "camera.wav"), "wb") as sound:
        sound.setparams((1, 2, SOUND_RATE, 0, "NONE", ""))
        sound.writeframes((played.sound[: n * SOUND_RATE // 30] * 32767).astype("<i2").tobytes())
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={folder / 'camera.y4m'}",
        f"--use-file-for-fake-audio-capture={folder / 'camera.wav'}",
    ]


def number_of(image):
    """Read the number of a picture, shape (480, 640, 3)."""
    middles = image[BLOCK_PX // 2, BLOCK_PX // 2 : N_BITS * BLOCK_PX : BLOCK_PX].mean(axis=1) > 127
    return int(np.dot(middles, 1 << np.arange(N_BITS)))
