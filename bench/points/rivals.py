"""What is measured: the files, and what each tool does with each of them."""
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SAMPLES = 297_000  # of the exposition


def answers(*command):
    """The first line that a command prints, or None when it is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = (done.stdout or done.stderr).strip()
    return said.splitlines()[0] if done.returncode == 0 and said else None


class Task:
    """A command of a tool on a file.

    name: what the tables call it.  job: whom it competes with.  tool: of the versions.
    command: a list; makes: the file or folder it writes (removed before each run)."""

    def __init__(self, job, tool, name, command, makes=None):
        self.job, self.tool, self.name, self.command, self.makes = job, tool, name, command, makes
        self.rounds = []


class Tools:
    """Which tools are installed, and how they say their version."""

    def __init__(self, benchkeep):
        self.benchkeep = benchkeep
        self.versions = {"benchkeep": answers(benchkeep, "--version")}
        said = answers("sqlite3", "--version")
        self.versions["sqlite3"] = said and "sqlite3 " + said.split()[0]
        said = answers("sqlite-utils", "--version")
        self.versions["sqlite-utils"] = said and said.replace(", version", "")
        self.versions["miller"] = answers("mlr", "--version")
        said = answers("promtool", "--version")
        self.versions["promtool"] = said and said.split("+")[0].replace(", version", "")
        self.python = next((p for p in (sys.executable, "/usr/bin/python3") if answers(
            p, "-c", "import prometheus_client; print(prometheus_client.__name__)")), None)
        self.versions["prometheus_client"] = self.python and "prometheus_client " + str(answers(
            self.python, "-c", "import importlib.metadata as m; print(m.version('prometheus_client'))"))
        self.duckdb = self.find_duckdb()

    def find_duckdb(self):
        self.versions["duckdb"] = None
        if shutil.which("duckdb"):
            self.versions["duckdb"] = "duckdb " + str(answers("duckdb", "--version"))
            return lambda db, threads, sql: ["duckdb", db, "-c", f"set threads to {threads}; {sql}"]
        said = answers(sys.executable, "-c", "import duckdb; print(duckdb.__version__)")
        if said:
            self.versions["duckdb"] = f"duckdb {said} (its Python module)"
            program = "import duckdb, sys; duckdb.connect(sys.argv[1], config={'threads': sys.argv[2]}).execute(sys.argv[3])"
            return lambda db, threads, sql: [sys.executable, "-c", program, db, str(threads), sql]
        said = answers("node", "-e", "console.log(require('@duckdb/node-api').version())")
        if said:
            self.versions["duckdb"] = f"duckdb {said.lstrip('v')} (its Node module)"
            return lambda db, threads, sql: ["node", HERE + "/duckdb.js", db, str(threads), sql]
        return None


def make_exposition(path):
    """The example of a vLLM server, its engines repeated until there are SAMPLES samples."""
    if os.path.exists(path):
        return
    blocks, samples = [], 0
    with open(ROOT + "/examples/vllm/metrics-after.txt", encoding="utf-8") as f:
        for line in f:
            if line.startswith("#"):
                if not blocks or blocks[-1][1]:
                    blocks.append(([], []))
                blocks[-1][0].append(line)
            elif line.strip():
                blocks[-1][1].append(line)
                samples += line.startswith("vllm")
    engines = SAMPLES // samples + 1
    left = SAMPLES
    with open(path + ".part", "w", encoding="utf-8") as out:
        for head, lines in blocks:
            out.writelines(head)
            repeated = [s for s in lines if 'engine="0"' in s]
            out.writelines(s for s in lines if 'engine="0"' not in s)
            left -= len(lines) - len(repeated)
            for engine in range(engines):
                for s in repeated[:left]:
                    out.write(s.replace('engine="0"', f'engine="{engine}"'))
                    left -= 1
    os.rename(path + ".part", path)


def make_files(folder, points, large):
    """Name -> path; made once."""
    make = os.path.join(folder["programs"], "make_points")
    files = {}
    wanted = [("csv", "csv", "low", points), ("ndjson", "ndjson", "low", points),
              ("high", "csv", "high", points), ("unique", "csv", "unique", points)]
    if large:
        wanted += [("csv-large", "csv", "low", large), ("high-large", "csv", "high", large)]
    for name, kind, cardinality, n in wanted:
        path = f"{folder['data']}/{cardinality}-{n}.{'json' if kind == 'ndjson' else 'csv'}"
        if not os.path.exists(path):
            subprocess.run([make, kind, cardinality, str(n), path + ".part"], check=True)
            os.rename(path + ".part", path)
        files[name] = path
    files["exposition"] = folder["data"] + "/exposition.prom"
    make_exposition(files["exposition"])
    return files


QUANTILES = ("select metric_name, count(*), avg(metric_value), quantile_cont(metric_value, [0.5, 0.9, 0.95, 0.99]) "
             "from read_csv('{0}') group by metric_name")


def make_tasks(tools, files, out):
    """All that can be run here, benchkeep first in each job."""
    tasks = []

    def add(job, tool, name, command, makes=None):
        if tools.versions.get(tool):
            tasks.append(Task(job, tool, name, command, makes))

    def ours(job):
        add(job, "benchkeep", "benchkeep import",
            [tools.benchkeep, "import", "--quiet", "--db", out + "/b.db", files[job]], out + "/b.db")

    for job in [j for j in files if j != "exposition"]:
        ours(job)
    read_points = os.path.join(os.path.dirname(tools.benchkeep), "read_points")
    for job in ("csv", "high", "unique"):
        path = files[job]
        add(job, "sqlite3", "sqlite3 .import", ["sqlite3", out + "/s.db", f".import --csv {path} points"], out + "/s.db")
        if tools.versions["duckdb"]:
            sql = f"create table points as select * from read_csv('{path}')"
            add(job, "duckdb", "DuckDB create table as, 1 thread", tools.duckdb(out + "/d.duckdb", 1, sql), out + "/d.duckdb")
    path = files["csv"]
    if tools.versions["duckdb"]:
        for threads in (1, 2):
            add("csv", "duckdb", f"DuckDB quantiles of the file, {threads} thread{'s' * (threads > 1)} (stores nothing)",
                tools.duckdb(":memory:", threads, QUANTILES.format(path)))
        add("ndjson", "duckdb", "DuckDB create table as, 1 thread",
            tools.duckdb(out + "/d.duckdb", 1, f"create table points as select * from read_json('{files['ndjson']}', "
                         "format = 'newline_delimited')"), out + "/d.duckdb")
    add("csv", "miller", "miller stats1 (stores nothing)",
        ["mlr", "--icsv", "--ojson", "stats1", "-a", "count,mean,p50,p90,p95,p99", "-f", "metric_value", "-g", "metric_name", path])
    add("csv", "sqlite-utils", "sqlite-utils insert --csv", ["sqlite-utils", "insert", out + "/u.db", "points", path, "--csv"], out + "/u.db")
    add("ndjson", "sqlite-utils", "sqlite-utils insert --nl",
        ["sqlite-utils", "insert", out + "/u.db", "points", files["ndjson"], "--nl"], out + "/u.db")
    for job in ("csv", "ndjson"):
        add(job, "benchkeep", "wc -l (reads the file)", ["wc", "-l", files[job]])
    add("csv", "benchkeep", "benchkeep's reader alone", [read_points, "k6-csv", files["csv"]])
    add("ndjson", "benchkeep", "benchkeep's reader alone", [read_points, "k6-json", files["ndjson"]])
    path = files["exposition"]
    ours("exposition")
    add("exposition", "benchkeep", "benchkeep's reader alone", [read_points, "exposition", path])
    add("exposition", "benchkeep", "the same, and gathering what runs say (stores nothing)", [read_points, "prometheus", path])
    add("exposition", "promtool", "promtool check metrics", ["sh", "-c", f"exec promtool check metrics <'{path}'"])
    add("exposition", "prometheus_client", "prometheus_client's parser",
        [str(tools.python), "-c", "import sys\nfrom prometheus_client.parser import text_fd_to_metric_families as p\n"
         "print(sum(len(m.samples) for m in p(open(sys.argv[1]))))", path])
    order = list(files)  # rivals stand beside each other, that the machine be the same for them
    return sorted(tasks, key=lambda t: order.index(t.job))
