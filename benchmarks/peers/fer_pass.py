"""One peer in its own Python: ``fer`` with its Haar cascade, asked for one pass over a clip per line on its input.

Run by :mod:`benchmarks.peers_pace` with the Python of a virtual environment that holds ``fer`` (its packages contradict
ours). Imports nothing of the workbench.
"""

import contextlib
import json
import sys
import time

import cv2


def main() -> None:
    video, use_tflite = sys.argv[1], sys.argv[2] == "tflite"
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):  # what the libraries print is no answer
        from fer.fer import FER

        peer = FER(mtcnn=False, use_tflite=use_tflite)
    for _ in sys.stdin:
        wall, cpu, n_pictures, n_faces = time.perf_counter(), time.process_time(), 0, 0
        reader = cv2.VideoCapture(video)
        while True:
            there, picture = reader.read()
            if not there:
                break
            n_pictures += 1
            n_faces += bool(peer.detect_emotions(picture))
        told = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
        print(json.dumps(told | {"n_pictures": n_pictures, "n_faces": n_faces}), file=answers, flush=True)


if __name__ == "__main__":
    main()
