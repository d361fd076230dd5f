"""Runs the Lean that the wheel carries: `python3 wheel.py DIRECTORY ARGS...` is `lean ARGS...`."""

import ctypes
import os
import sys

LIBRARIES = ("libInit_shared.so", "libleanshared_2.so", "libleanshared_1.so", "libleanshared.so")


def main(directory, arguments):
    library = None
    for name in LIBRARIES:
        # RTLD_GLOBAL: Lean's interpreter looks for compiled functions in the whole process.
        library = ctypes.CDLL(os.path.join(directory, name), mode=ctypes.RTLD_GLOBAL)
    words = [b"lean"] + [os.fsencode(argument) for argument in arguments]
    library.lean_main.restype = ctypes.c_int
    os._exit(library.lean_main(len(words), (ctypes.c_char_p * (len(words) + 1))(*words, None)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
