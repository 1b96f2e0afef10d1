"""Runs all tools in turn, round by round, and tells their times (see bench/points.sh).

A time is of a whole process, with all its threads and children: by the clock, and the
CPU time and the largest resident set that the kernel gives for it (wait4).  The set of
a process that this one starts is never below this one's own, about 12 MiB.  A ratio is
taken within a round, so that what slows the machine slows both."""
import argparse
import csv
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time

import rivals
import windows

SLOW_S = 30  # what takes longer takes part in the first round only
MIB = 1024 * 1024
BEGIN, END = "<!-- bench/points.sh writes from here -->", "<!-- to here -->"
TITLES = {
    "csv": "k6's CSV, few tags", "ndjson": "k6's JSON lines, few tags",
    "high": "CSV, an address of its own for each request", "unique": "CSV, an address of its own for each point",
    "csv-large": "CSV, few tags, large", "high-large": "CSV, an address for each request, large",
    "exposition": f"Prometheus exposition, {rivals.SAMPLES:,} samples",
}


def remove(path):
    for name in (path, path + "-wal", path + "-shm", path + "-journal", path + ".wal"):
        if os.path.exists(name):
            os.remove(name)


def run(task, log):
    """One run of a task: appends what it took."""
    if task.makes:
        remove(task.makes)
    with open(log, "wb") as out:
        start = time.monotonic()
        child = os.posix_spawnp(task.command[0], task.command, os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, out.fileno(), 2)])
        _, status, usage = os.wait4(child, 0)
        wall = time.monotonic() - start
    with open(log, encoding="utf-8", errors="replace") as f:
        said = f.read()
    # promtool's 3: read, with advice about names
    if os.waitstatus_to_exitcode(status) not in ((0, 3) if task.tool == "promtool" else (0,)):
        sys.exit(f"{task.name} failed on {task.job}:\n{said[-2000:]}")
    thread = re.search(r"([\d.]+) s of the reading thread", said)
    task.rounds.append({
        "wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss * 1024,
        "size": os.path.getsize(task.makes) if task.makes and os.path.exists(task.makes) else 0,
        "thread": float(thread.group(1)) if thread else 0})
    if task.makes:
        remove(task.makes)


def run_all(tasks, rounds, log):
    """Ctrl-C ends it; after the first round what there is will do."""
    try:
        run_rounds(tasks, rounds, log)
    except KeyboardInterrupt:
        if not all(t.rounds for t in tasks):
            sys.exit("interrupted in the first round: nothing is written")
        print("interrupted: the rounds so far are told", file=sys.stderr)


def run_rounds(tasks, rounds, log):
    for i in range(rounds):
        for task in tasks:
            slow = i > 0 and (task.rounds[0]["wall"] > SLOW_S or task.job.endswith("-large"))
            if not slow:
                run(task, log)
                print(f"round {i + 1} of {rounds}: {task.job}: {task.name}: {task.rounds[-1]['wall']:.2f} s by the "
                      f"clock, {task.rounds[-1]['cpu']:.2f} s of CPU", file=sys.stderr, flush=True)


# --- figures ---

def middle(task, what):
    return statistics.median(r[what] for r in task.rounds)


def ratios(task, base, what):
    """How many times what base takes, in each round that both were in."""
    return [a[what] / max(b[what], 1e-9) for a, b in zip(task.rounds, base.rounds)]


def brief(x):
    return f"{x:.0f}" if x >= 10 else f"{x:.1f}" if x >= 1 else f"{x:.2f}"


def spread(values, form=brief):
    text = form(statistics.median(values))
    return text if len(values) == 1 else f"{text} ({form(min(values))} to {form(max(values))})"


def seconds(task, what):
    return spread([r[what] for r in task.rounds], "{:.2f}".format)


def table(head, rows):
    widths = [max(len(str(r[i])) for r in [head] + rows) for i in range(len(head))]
    line = lambda r: "| " + " | ".join(str(c).ljust(w) for c, w in zip(r, widths)) + " |"
    return "\n".join([line(head), "|" + "|".join("-" * (w + 2) for w in widths) + "|"] + [line(r) for r in rows])


def task_table(tasks, job, path, units):
    of_job = [t for t in tasks if t.job == job]
    base = of_job[0]
    rows = []
    for t in of_job:
        same = t is base
        rows.append([
            t.name, seconds(t, "wall"), seconds(t, "cpu"),
            "1" if same else spread(ratios(t, base, "wall")),
            "1" if same else spread(ratios(t, base, "cpu")),
            f"{max(r['memory'] for r in t.rounds) / MIB:.0f}",
            f"{t.rounds[-1]['size'] / 1e6:.1f}" if t.rounds[-1]["size"] else "", len(t.rounds)])
    size = os.path.getsize(path)
    return (f"### {TITLES[job]}\n\n{units}, {size / 1e6:.1f} MB. Seconds: median (lowest to highest).\n\n" + table(
        ["", "clock", "CPU", "times the clock", "times the CPU", "peak MiB", "MB written", "rounds"], rows))


def named(tasks, job, start):
    return next((t for t in tasks if t.job == job and t.name.startswith(start)), None)


def bars(tasks, files, points):
    """What was aimed at, and what came out: rows of a table."""
    rows = []

    def bar(what, wanted, got, reached):
        rows.append([what, wanted, got, "yes" if reached else "no"])

    def faster(what, wanted, task, base):
        if task is None or base is None:
            rows.append([what, f"{wanted} times or more", "left out", ""])
            return
        wall, cpu = ratios(task, base, "wall"), ratios(task, base, "cpu")
        bar(what, f"{wanted} times or more", f"{spread(wall)} by the clock, {spread(cpu)} of CPU",
            statistics.median(wall) >= wanted)

    def below(what, limit, value, unit):
        bar(what, f"below {limit} {unit}", f"{value:.1f} {unit}", value < limit)

    ours = {job: named(tasks, job, "benchkeep import") for job in files}
    faster("CSV into the archive, against sqlite3 .import", 20, named(tasks, "csv", "sqlite3"), ours["csv"])
    faster("the same against DuckDB's create table as, 1 thread", 1, named(tasks, "csv", "DuckDB create"), ours["csv"])
    reader = named(tasks, "ndjson", "benchkeep's reader")
    rate = points / middle(reader, "thread") / 1e6
    bar("JSON lines, points for each second of CPU of the reading thread", "2 million or more", f"{rate:.1f} million", rate >= 2)
    for job in ("high", "unique"):
        took = ratios(ours[job], ours["csv"], "cpu")
        bar(f"{TITLES[job]}, against few tags", "5 times the CPU or less", spread(took), statistics.median(took) <= 5)
    share = 100 * ours["csv"].rounds[-1]["size"] / os.path.getsize(files["csv"])
    below("archive, with the kept file, against the CSV", 10, share, "%")
    for job in [j for j in files if j != "exposition"]:
        below(f"peak memory: {TITLES[job]}", 64, max(r["memory"] for r in ours[job].rounds) / MIB, "MiB")
    promtool = named(tasks, "exposition", "promtool")
    faster("exposition, reading alone, against promtool", 20, promtool, named(tasks, "exposition", "benchkeep's reader"))
    faster("exposition, the whole import, against promtool", 8, promtool, ours["exposition"])
    return rows


def machine():
    model = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            model = next((s.split(":", 1)[1].strip() for s in f if s.startswith("model name")), model)
    with open("/proc/meminfo", encoding="utf-8") as f:
        memory = int(f.readline().split()[1]) / MIB
    return f"{model}, {len(os.sched_getaffinity(0))} processors, {memory:.0f} GiB"


def page(tasks, files, arguments, tools, started, load, checked):
    installed = ", ".join(v for v in tools.versions.values() if v)
    missing = [k for k, v in tools.versions.items() if not v]
    units = {job: f"{arguments.points:,} points" for job in files}
    units.update({job: f"{arguments.large:,} points" for job in files if job.endswith("-large")},
                 exposition=f"{rivals.SAMPLES:,} samples")
    parts = [
        f"Measured {started} on {machine()}; Linux {platform.release()}; load when it began {load[0]:.1f}, when it "
        f"ended {load[1]:.1f}. {installed}." + (f" Left out: {', '.join(missing)}." if missing else ""),
        "### The bars\n\n" + table(["", "aim", "measured", "reached"], bars(tasks, files, arguments.points)),
    ] + [task_table(tasks, job, files[job], units[job]) for job in files] + [
        "### Exact percentiles\n\n" + checked]
    return "\n\n".join(parts) + "\n"


def update(path, text):
    with open(path, encoding="utf-8") as f:
        old = f.read()
    if BEGIN not in old or END not in old:
        sys.exit(f"'{path}' has no lines '{BEGIN}' and '{END}'")
    before, rest = old.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    with open(path, "w", encoding="utf-8") as f:
        f.write(before + BEGIN + "\n\n" + text + "\n" + END + after)


# --- benchkeep keeps its own ---

def archive(tasks, arguments, started, folder):
    """One run for each tool and file: medians, and the spread of the time by the clock."""
    session = "points " + started
    path = folder + "/" + session.replace(" ", "-").replace(":", "") + ".csv"
    head = ["session", "started at", "hardware", "workload", "engine", "rounds", "points", "wall_time.mean (s)",
            "wall_time.median (s)", "wall_time.stddev (s)", "wall_time.min (s)", "wall_time.max (s)", "cpu_time (s)",
            "peak_memory_bytes", "written_bytes"]
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        out.writerow(head)
        for t in tasks:
            wall = [r["wall"] for r in t.rounds]
            points = {"exposition": rivals.SAMPLES}.get(t.job, arguments.large if t.job.endswith("-large") else arguments.points)
            out.writerow([session, started.replace(" ", "T") + "Z", platform.node(), t.job, t.name, len(wall), points] + [
                f"{x:.4f}" for x in (statistics.fmean(wall), statistics.median(wall),
                                     statistics.stdev(wall) if len(wall) > 1 else 0, min(wall), max(wall), middle(t, "cpu"))] + [
                max(r["memory"] for r in t.rounds), t.rounds[-1]["size"] or ""])
    subprocess.run([arguments.benchkeep, "import", "--quiet", "--input-format", "sweep", "--db", arguments.db, path], check=True)


def main():
    p = argparse.ArgumentParser(prog="points.sh", description="benchkeep beside the public tools that are installed")
    p.add_argument("--benchkeep", required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--points", type=int, default=2_000_000)
    p.add_argument("--large", type=int, default=20_000_000)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--without", action="append", default=[])
    p.add_argument("--db")
    p.add_argument("--update")
    arguments = p.parse_args()
    arguments.db = arguments.db or arguments.data + "/bench.db"
    folder = {"data": os.path.abspath(arguments.data), "programs": os.path.dirname(arguments.benchkeep)}
    out = folder["data"] + "/out"
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    tools = rivals.Tools(arguments.benchkeep)
    for name in arguments.without:
        tools.versions[name] = None
    files = rivals.make_files(folder, arguments.points, arguments.large)
    started, load = time.strftime("%Y-%m-%d %H:%M", time.gmtime()), [os.getloadavg()[0]]
    tasks = rivals.make_tasks(tools, files, out)
    for path in files.values():  # into the page cache
        subprocess.run(["wc", "-l", path], check=True, stdout=subprocess.DEVNULL)
    run_all(tasks, arguments.rounds, out + "/log")
    load.append(os.getloadavg()[0])
    checked = windows.check(arguments.benchkeep, files["csv"], out + "/w.db")
    text = page(tasks, files, arguments, tools, started, load, checked)
    print(text)
    archive(tasks, arguments, started, out)
    if arguments.update:
        update(arguments.update, text)
    remove(out + "/w.db")


if __name__ == "__main__":
    main()
