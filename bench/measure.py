#!/usr/bin/env python3
"""The best wall and CPU time (user and system) of a command that is started so many times: measure.py TIMES COMMAND..."""
import resource
import subprocess
import sys
import time


def used():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def main():
    wall, cpu = [], []
    for _ in range(int(sys.argv[1])):
        start, before = time.monotonic(), used()
        status = subprocess.call(sys.argv[2:], stdout=subprocess.DEVNULL)
        wall.append(time.monotonic() - start)
        cpu.append(used() - before)
        if status not in (0, 1, 3):  # 1 and 3 are answers of a gate
            sys.exit("%s: exit status %d" % (" ".join(sys.argv[2:]), status))
    print("%8.1f ms %8.1f ms CPU" % (min(wall) * 1e3, min(cpu) * 1e3))


main()
