"""A program: how long a command takes that does next to nothing.

    python3 -I -S startup.py TIMES PROGRAM ARGUMENT...

prints the milliseconds of each run. It is a process of its own because it takes longer to start
anything from a big one.
"""

import os
import sys
import time


def once(argv):
    actions = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    began = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, os.environ, file_actions=actions)
    _, status = os.waitpid(pid, 0)
    took = time.perf_counter() - began
    if status != 0:
        sys.exit(f"{argv[0]} ended with status {status}")
    return took * 1000


if __name__ == "__main__":
    for _ in range(int(sys.argv[1])):
        print(once(sys.argv[2:]))
