-- The warehouse's first schema.
--
-- Names are rows once (hardware, model, engine, workload, session, metric, parameter) and are referred to by id; aliases
-- stand beside them.  Text that is absent is '' in natural keys, never NULL, since NULLs are distinct in UNIQUE.  Times
-- are integer nanoseconds UTC.  Values are in base units; the source's own name, digits, unit and place stay beside them.

-- Facts about this database: the hashes of the dictionary and of the views that it was last written with.
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,    -- dictionary_hash, view.NAME
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What was imported as a whole and in one transaction: a file, or the files of one run folder.
CREATE TABLE unit (
    id          INTEGER PRIMARY KEY,
    path        TEXT    NOT NULL,       -- as given
    context     TEXT    NOT NULL,       -- the import's options as canonical text, for reimport
    imported_ns INTEGER NOT NULL,       -- when
    carries     INTEGER NOT NULL DEFAULT 0 CHECK (carries IN (0, 1)), -- 1: an export of a whole warehouse; see via_id
    via_id      INTEGER REFERENCES unit (id) ON DELETE CASCADE -- the export that told of it; NULL: imported here
) STRICT;
CREATE INDEX unit_via ON unit (via_id) WHERE via_id IS NOT NULL;

-- One imported file.  Its identity is the SHA-256 of the bytes that are kept, which are the file's own bytes unless
-- secrets were replaced in them.  A source outlives what was read out of it: a reimport deletes runs, never sources.
CREATE TABLE source (
    id               INTEGER PRIMARY KEY,
    unit_id          INTEGER NOT NULL REFERENCES unit (id), -- that brought it first
    sha256           TEXT    NOT NULL UNIQUE,   -- 64 hexadecimal digits
    path             TEXT    NOT NULL,          -- where it was found first
    format           TEXT    NOT NULL,          -- the importer's name; 'context' for files beside a result
    importer_version INTEGER NOT NULL,
    size             INTEGER NOT NULL,          -- bytes kept, unpacked from the chunks
    redactions       INTEGER NOT NULL DEFAULT 0, -- secrets that were replaced before anything was stored
    via_id           INTEGER REFERENCES source (id) -- the export that told of it: no bytes are kept; NULL: they are
) STRICT;
CREATE INDEX source_unit ON source (unit_id);
CREATE INDEX source_via ON source (via_id) WHERE via_id IS NOT NULL;

-- The sources of a unit in their order.  Run folders often share a file (the same environment_vars.txt): its bytes are kept
-- once, and every unit that it belongs to names it here with the path that it had there.
CREATE TABLE unit_source (
    unit_id   INTEGER NOT NULL REFERENCES unit (id) ON DELETE CASCADE,
    seq       INTEGER NOT NULL,         -- from 0
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    path      TEXT    NOT NULL,
    PRIMARY KEY (unit_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_source_source ON unit_source (source_id);

-- The kept bytes of a source.
CREATE TABLE source_chunk (
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    seq       INTEGER NOT NULL,         -- from 0
    raw_size  INTEGER NOT NULL,         -- bytes unpacked
    packed    BLOB    NOT NULL,         -- zstd frame
    PRIMARY KEY (source_id, seq)
) STRICT, WITHOUT ROWID;

-- Other places where the same bytes were found later.
CREATE TABLE source_place (
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    path      TEXT    NOT NULL,
    found_ns  INTEGER NOT NULL,
    PRIMARY KEY (source_id, path)
) STRICT, WITHOUT ROWID;

-- A kind of machine.
CREATE TABLE hardware (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE           -- canonical: h100, b200, rtx-4060-ti; '' when unknown
) STRICT;

-- Other names of a kind of machine, compared without case.
CREATE TABLE hardware_alias (
    alias       TEXT    NOT NULL PRIMARY KEY,   -- folded to lower case, blanks as '-'
    hardware_id INTEGER NOT NULL REFERENCES hardware (id) ON DELETE CASCADE,
    origin      TEXT    NOT NULL CHECK (origin IN ('builtin', 'user'))
) STRICT, WITHOUT ROWID;
CREATE INDEX hardware_alias_hardware ON hardware_alias (hardware_id);

-- What sources say about a kind of machine: GPUs, memory, bandwidth.
CREATE TABLE hardware_fact (
    hardware_id INTEGER NOT NULL REFERENCES hardware (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,       -- gpu_count, gpu_name, gpu_memory ...
    value       TEXT    NOT NULL,       -- in the base unit when it is a number
    unit        TEXT    NOT NULL,       -- base unit or ''
    source_id   INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    locator     TEXT    NOT NULL,
    PRIMARY KEY (hardware_id, name, value, source_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX hardware_fact_source ON hardware_fact (source_id);

-- What one machine of a kind costs an hour, as people said; the last one said holds, the others tell what held before.
CREATE TABLE hardware_price (
    hardware_id INTEGER NOT NULL REFERENCES hardware (id) ON DELETE CASCADE,
    seq         INTEGER NOT NULL,       -- the order in which they were said
    said_ns     INTEGER NOT NULL,       -- when
    price       REAL    NOT NULL CHECK (price > 0), -- an hour
    currency    TEXT    NOT NULL,       -- three capital letters: USD
    PRIMARY KEY (hardware_id, seq)
) STRICT, WITHOUT ROWID;

-- A served model.
CREATE TABLE model (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE           -- as served: Qwen/Qwen3-4B-Instruct-2507-FP8; '' when unknown
) STRICT;

-- Other names of a model.
CREATE TABLE model_alias (
    alias    TEXT    NOT NULL PRIMARY KEY,
    model_id INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    origin   TEXT    NOT NULL CHECK (origin IN ('builtin', 'user'))
) STRICT, WITHOUT ROWID;
CREATE INDEX model_alias_model ON model_alias (model_id);

-- What sources say about a model: layers, heads, context, quantisation.
CREATE TABLE model_fact (
    model_id  INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    name      TEXT    NOT NULL,
    value     TEXT    NOT NULL,
    unit      TEXT    NOT NULL,
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    locator   TEXT    NOT NULL,
    PRIMARY KEY (model_id, name, value, source_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX model_fact_source ON model_fact (source_id);

-- The serving software.
CREATE TABLE engine (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE           -- vllm, sglang, llama.cpp ...; '' when unknown
) STRICT;

-- What was asked of the system: a script, dataset or endpoint.
CREATE TABLE workload (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE           -- '' when unknown
) STRICT;

-- One bench session as people name it: the runs taken together.
CREATE TABLE session (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,    -- 062, 2026-02-14 nightly
    started_ns INTEGER                  -- earliest start of its runs; NULL: unknown
) STRICT;
CREATE INDEX session_started ON session (started_ns);

-- A config parameter's name.
CREATE TABLE param (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE           -- workers, pool_size, concurrency ...
) STRICT;

-- A set of parameters, identified by its canonical content.
CREATE TABLE config (
    id        INTEGER PRIMARY KEY,
    canonical TEXT NOT NULL UNIQUE      -- 'name=value' lines, sorted by name
) STRICT;

-- The parameters of a config.
CREATE TABLE config_param (
    config_id INTEGER NOT NULL REFERENCES config (id) ON DELETE CASCADE,
    param_id  INTEGER NOT NULL REFERENCES param (id),
    value     TEXT    NOT NULL,         -- as text: 24, inf, 0.1
    number    REAL,                     -- the same as a number; NULL: it is none
    PRIMARY KEY (config_id, param_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX config_param_value ON config_param (param_id, value);

-- One execution of one workload on one hardware with one config: what gets compared.
CREATE TABLE run (
    id           INTEGER PRIMARY KEY,
    unit_id      INTEGER NOT NULL REFERENCES unit (id) ON DELETE CASCADE,
    key          TEXT    NOT NULL,      -- tells the runs of one unit apart; '' when it is the only one
    name         TEXT    NOT NULL UNIQUE, -- session/hardware/workload[/key][#n], for people
    session_id   INTEGER NOT NULL REFERENCES session (id),
    hardware_id  INTEGER NOT NULL REFERENCES hardware (id),
    model_id     INTEGER NOT NULL REFERENCES model (id),
    engine_id    INTEGER NOT NULL REFERENCES engine (id),
    workload_id  INTEGER NOT NULL REFERENCES workload (id),
    config_id    INTEGER NOT NULL REFERENCES config (id),
    started_ns   INTEGER,               -- NULL: unknown
    ended_ns     INTEGER,
    started_text TEXT    NOT NULL,      -- the source's own text where its zone or order was ambiguous
    status       TEXT    NOT NULL CHECK (status IN ('ok', 'degraded', 'failed', 'invalid')),
    status_why   TEXT    NOT NULL,      -- the numbers behind the status; '' when ok
    claims       INTEGER NOT NULL CHECK (claims IN (0, 1)), -- 1: from prose, lower trust than a tool's own files
    session_given INTEGER NOT NULL CHECK (session_given IN (0, 1)), -- 0: nothing named the session; it is the date's or file's
    content      TEXT    NOT NULL,      -- SHA-256 of what it says, to recognise the same run in another file
    UNIQUE (unit_id, key)
) STRICT;
CREATE INDEX run_session ON run (session_id, hardware_id);
CREATE INDEX run_hardware ON run (hardware_id, started_ns);
CREATE INDEX run_model ON run (model_id);
CREATE INDEX run_engine ON run (engine_id);
CREATE INDEX run_workload ON run (workload_id);
CREATE INDEX run_config ON run (config_id);
CREATE INDEX run_content ON run (content);
CREATE INDEX run_claims ON run (session_id, hardware_id) WHERE claims = 1;

-- Steps of a run's load shape, in order.
CREATE TABLE load_stage (
    run_id  INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    seq     INTEGER NOT NULL,
    seconds REAL    NOT NULL,           -- over this long ...
    vus     REAL    NOT NULL,           -- ... the load moves to this many VUs
    PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

-- A quantity with unit and direction: the dictionary of schema/metrics.csv, and those that sources brought along.
CREATE TABLE metric (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,    -- request_latency, or format.original_name
    unit       TEXT NOT NULL,           -- base unit
    direction  TEXT NOT NULL CHECK (direction IN ('higher', 'lower', 'neutral')),
    floor      REAL NOT NULL,           -- smallest relative effect that matters; for ratios in points / 100
    canonical  INTEGER NOT NULL CHECK (canonical IN (0, 1)), -- 1: of the dictionary
    label_en   TEXT NOT NULL,
    label_pt   TEXT NOT NULL,
    label_ru   TEXT NOT NULL,
    definition TEXT NOT NULL,
    reference  TEXT NOT NULL            -- source of the term
) STRICT;

-- What names in sources stand for, added by users; the built-in ones are in the program.
CREATE TABLE alias (
    format TEXT NOT NULL,               -- an importer's name or '*'
    alias  TEXT NOT NULL,               -- as the dictionary compares names; may hold '*'
    target TEXT NOT NULL,               -- METRIC[.STAT], config.NAME, hardware, model ...
    unit   TEXT NOT NULL,               -- that its numbers are written in, or ''
    PRIMARY KEY (format, alias)
) STRICT, WITHOUT ROWID;

-- What is measured how: metric, stat, scope and population.  A series is a quantity of one kind of run.
CREATE TABLE quantity (
    id         INTEGER PRIMARY KEY,
    metric_id  INTEGER NOT NULL REFERENCES metric (id),
    stat       TEXT    NOT NULL,        -- value count sum mean stddev min max p50 p95 ...
    scope      TEXT    NOT NULL,        -- '' ok failed {selector}
    population TEXT    NOT NULL CHECK (population IN ('all', 'ok', 'unknown')),
    unit       TEXT    NOT NULL,        -- the metric's, but 1 for stat count
    UNIQUE (metric_id, stat, scope, population)
) STRICT;

-- A name and unit as some source writes them: once, since a thousand files use the same.
CREATE TABLE field (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL,                 -- http_req_duration.avg
    unit TEXT NOT NULL,                 -- ms
    UNIQUE (name, unit)
) STRICT;

-- One number.  The engine builds a table of its own for IN with three values, for each row: hence OR.
CREATE TABLE measurement (
    run_id      INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    quantity_id INTEGER NOT NULL REFERENCES quantity (id),
    rank        INTEGER NOT NULL,       -- 0: what questions use; 1...: other claims about the same quantity
    value       REAL    NOT NULL,       -- base unit
    low         REAL    NOT NULL,       -- what the printed digits or the bucket's bounds allow
    high        REAL    NOT NULL,
    origin      TEXT    NOT NULL CHECK (origin = 'reported' OR origin = 'derived' OR origin = 'estimated'),
    formula     TEXT    NOT NULL,       -- of a derived value; else ''
    source_id   INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    field_id    INTEGER NOT NULL REFERENCES field (id),
    digits      TEXT    NOT NULL,       -- as the source wrote it; '' when derived
    locator     TEXT    NOT NULL,       -- line, JSON pointer or cell
    PRIMARY KEY (run_id, quantity_id, rank)
) STRICT, WITHOUT ROWID;
CREATE INDEX measurement_quantity ON measurement (quantity_id, run_id, value) WHERE rank = 0;
CREATE INDEX measurement_source ON measurement (source_id);

-- What a run was like second by second; NULL where the source does not say. Counts are totals since the start.
CREATE TABLE timeline (
    run_id      INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    seq         INTEGER NOT NULL,
    elapsed_s   REAL    NOT NULL,
    vus         REAL,
    iterations  REAL,
    interrupted REAL,
    requests    REAL,
    failed      REAL,
    latency_mean_s REAL,                -- of the second before
    latency_p95_s  REAL,
    PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

-- The single points of a run (src/samples): the dictionary of its metrics, tags and sums, which every chunk refers to.
CREATE TABLE run_samples (
    run_id         INTEGER NOT NULL PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    points         INTEGER NOT NULL,
    begin_ns       INTEGER NOT NULL,    -- time of the first point: second 0 of sample_second
    sketch_seconds INTEGER NOT NULL,    -- that a sketch of sample_second stands for: 1, or more in a very long run
    dictionary     BLOB    NOT NULL     -- with a checksum (src/samples/dictionary.c)
) STRICT, WITHOUT ROWID;

-- Points as packed columns, some tens of thousands each, in the order of the source.
CREATE TABLE sample_chunk (
    id       INTEGER PRIMARY KEY,
    run_id   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    seq      INTEGER NOT NULL,          -- from 0
    points   INTEGER NOT NULL,
    first_ns INTEGER NOT NULL,          -- the earliest
    last_ns  INTEGER NOT NULL,          -- the latest
    packed   BLOB    NOT NULL,          -- with checksums (src/samples/chunk.h)
    UNIQUE (run_id, seq)
) STRICT;

-- What the points of a run come to, by metric and outcome: exact, and a sketch that merges (src/stats/sketch.h).
CREATE TABLE sample_summary (
    run_id         INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    seq            INTEGER NOT NULL,    -- the metric's number in the dictionary
    outcome        TEXT    NOT NULL CHECK (outcome IN ('ok', 'failed', 'unknown')),
    metric_id      INTEGER NOT NULL REFERENCES metric (id),
    scale          REAL    NOT NULL,    -- the numbers below are the source's; times this they are in the metric's unit
    count          INTEGER NOT NULL,
    sum            REAL,                -- NULL: beyond what a double holds
    sum_of_squares REAL,
    min            REAL    NOT NULL,
    max            REAL    NOT NULL,
    sketch         BLOB,                -- NULL: the points are no single observations
    PRIMARY KEY (run_id, seq, outcome)
) STRICT, WITHOUT ROWID;
CREATE INDEX sample_summary_metric ON sample_summary (metric_id);

-- Each second of a run that has points.
CREATE TABLE sample_second (
    run_id      INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    second      INTEGER NOT NULL,       -- since run_samples.begin_ns
    load        REAL,                   -- VUs, the last of the second; NULL: not said, as below
    started     INTEGER,                -- requests
    completed   INTEGER,
    failed      INTEGER,
    iterations  INTEGER,
    latencies   INTEGER NOT NULL,       -- how many are in the sum and the sketches
    latency_sum REAL    NOT NULL,
    latency_scale   REAL NOT NULL,      -- what turns numbers of the sum and the sketches into seconds
    latency_ok      BLOB,               -- sketches by outcome; NULL: no latency of it
    latency_failed  BLOB,
    latency_unknown BLOB,
    PRIMARY KEY (run_id, second)
) STRICT, WITHOUT ROWID;

-- A pass/fail rule that the tool itself applied.
CREATE TABLE threshold (
    run_id     INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,
    metric     TEXT    NOT NULL,        -- as written
    expression TEXT    NOT NULL,        -- p(95)<400
    state      TEXT    NOT NULL CHECK (state IN ('passed', 'failed', 'unknown')),
    source_id  INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    locator    TEXT    NOT NULL,
    PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX threshold_source ON threshold (source_id);

-- One Prometheus or OpenMetrics exposition.
CREATE TABLE snapshot (
    id        INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    syntax    TEXT    NOT NULL,         -- 'text 0.0.4', 'openmetrics 1.0'
    taken_ns  INTEGER                   -- NULL: unknown
) STRICT;
CREATE INDEX snapshot_source ON snapshot (source_id);

-- A metric family as expositions describe it.
CREATE TABLE family (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    type TEXT NOT NULL,                 -- counter gauge histogram summary untyped ...
    help TEXT NOT NULL,
    unit TEXT NOT NULL,
    UNIQUE (name, type, help, unit)
) STRICT;

-- The series of some thousands of samples that stand together in an exposition, packed: once for all snapshots in which
-- they stand so, found by their hash.
CREATE TABLE series_pack (
    id      INTEGER PRIMARY KEY,
    series  INTEGER NOT NULL,           -- how many
    hash    INTEGER NOT NULL,           -- first 8 bytes of the SHA-256 of the packed bytes
    packed  BLOB    NOT NULL            -- with a checksum (src/store/series_pack.h); families are ids of the table
) STRICT;
CREATE INDEX series_pack_hash ON series_pack (hash);

-- What those series are in a snapshot; unpack_samples(series_pack.packed, sample_pack.packed) gives the single samples.
CREATE TABLE sample_pack (
    id             INTEGER PRIMARY KEY,
    snapshot_id    INTEGER NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
    seq            INTEGER NOT NULL,    -- of its first sample in the exposition, from 0
    samples        INTEGER NOT NULL,
    series_pack_id INTEGER NOT NULL REFERENCES series_pack (id),
    packed         BLOB    NOT NULL,
    UNIQUE (snapshot_id, seq)
) STRICT;
CREATE INDEX sample_pack_series ON sample_pack (series_pack_id);

-- One capacity calculation.
CREATE TABLE sizing_run (
    id          INTEGER PRIMARY KEY,
    source_id   INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL UNIQUE, -- model@server[#n]
    model_id    INTEGER NOT NULL REFERENCES model (id),
    hardware_id INTEGER NOT NULL REFERENCES hardware (id),
    model       TEXT    NOT NULL,       -- as written
    server      TEXT    NOT NULL,       -- as written
    generation  TEXT    NOT NULL,       -- of the file: v2 v2b v3 ... text
    taken_ns    INTEGER,
    report_source_id INTEGER REFERENCES source (id) ON DELETE SET NULL -- the text beside a JSON
) STRICT;
CREATE INDEX sizing_run_source ON sizing_run (source_id);
CREATE INDEX sizing_run_report ON sizing_run (report_source_id);
CREATE INDEX sizing_run_model ON sizing_run (model_id);
CREATE INDEX sizing_run_hardware ON sizing_run (hardware_id);

-- Inputs and results of a sizing run, each with its place.
CREATE TABLE sizing_value (
    sizing_run_id INTEGER NOT NULL REFERENCES sizing_run (id) ON DELETE CASCADE,
    seq           INTEGER NOT NULL,
    scenario      TEXT    NOT NULL,     -- '' for inputs; minimum recommended ideal
    section       TEXT    NOT NULL,     -- model server storage nfr config results ...
    name          TEXT    NOT NULL,     -- canonical, without a unit suffix
    unit          TEXT    NOT NULL,     -- base unit; '' for text
    value         REAL,                 -- NULL for text
    low           REAL,
    high          REAL,
    text          TEXT    NOT NULL,     -- of a text value
    origin        TEXT    NOT NULL CHECK (origin = 'reported' OR origin = 'derived' OR origin = 'estimated'),
    source_name   TEXT    NOT NULL,
    source_value  TEXT    NOT NULL,
    source_unit   TEXT    NOT NULL,
    source_id     INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    locator       TEXT    NOT NULL,
    PRIMARY KEY (sizing_run_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX sizing_value_name ON sizing_value (name, scenario);
CREATE INDEX sizing_value_source ON sizing_value (source_id);

-- How a sizing run says that it came to its results.
CREATE TABLE sizing_formula (
    sizing_run_id INTEGER NOT NULL REFERENCES sizing_run (id) ON DELETE CASCADE,
    seq           INTEGER NOT NULL,
    scenario      TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    formula       TEXT    NOT NULL,
    explanation   TEXT    NOT NULL,
    source_id     INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    locator       TEXT    NOT NULL,
    PRIMARY KEY (sizing_run_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX sizing_formula_source ON sizing_formula (source_id);

-- Something that the warehouse noticed.
CREATE TABLE finding (
    id            INTEGER PRIMARY KEY,
    code          TEXT    NOT NULL,     -- failed-run, derived-mismatch ...
    severity      TEXT    NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
    subject       TEXT    NOT NULL,     -- metric, parameter, scenario or run that it is about
    message       TEXT    NOT NULL,
    expected      TEXT    NOT NULL,
    actual        TEXT    NOT NULL,
    source_id     INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    run_id        INTEGER REFERENCES run (id) ON DELETE CASCADE,
    sizing_run_id INTEGER REFERENCES sizing_run (id) ON DELETE CASCADE,
    locator       TEXT    NOT NULL,
    absorbed_id   INTEGER REFERENCES absorbed_run (id) ON DELETE CASCADE, -- that it was taken over from; else NULL
    unit_id       INTEGER REFERENCES unit (id) ON DELETE CASCADE -- that brought it, when it is about a whole file; else NULL
) STRICT;
CREATE INDEX finding_source ON finding (source_id);
CREATE INDEX finding_run ON finding (run_id);
CREATE INDEX finding_sizing_run ON finding (sizing_run_id);
CREATE INDEX finding_code ON finding (code);
CREATE INDEX finding_absorbed ON finding (absorbed_id) WHERE absorbed_id IS NOT NULL;
CREATE INDEX finding_unit ON finding (unit_id) WHERE unit_id IS NOT NULL;

-- A run that only a prose report tells of, and that turned out to be a run of a tool's own files: there is no second run.
-- Its numbers stand in 'measurement' under that run, behind the run's own (never rank 0), its findings in 'finding'.  What
-- it was by itself is kept here and in the tables below, since it is a run of its own again when another run comes that it
-- could just as well be about.  Session and hardware are those of the run.  Who deletes a run must release these first.
CREATE TABLE absorbed_run (
    id           INTEGER PRIMARY KEY,
    unit_id      INTEGER NOT NULL REFERENCES unit (id) ON DELETE CASCADE,
    into_run_id  INTEGER NOT NULL REFERENCES run (id), -- the run that it is
    key          TEXT    NOT NULL,      -- this and what follows as in 'run'
    model_id     INTEGER NOT NULL REFERENCES model (id),
    engine_id    INTEGER NOT NULL REFERENCES engine (id),
    workload_id  INTEGER NOT NULL REFERENCES workload (id),
    config_id    INTEGER NOT NULL REFERENCES config (id),
    started_ns   INTEGER,
    ended_ns     INTEGER,
    started_text TEXT    NOT NULL,
    status       TEXT    NOT NULL CHECK (status IN ('ok', 'degraded', 'failed', 'invalid')),
    status_why   TEXT    NOT NULL,
    content      TEXT    NOT NULL,
    UNIQUE (unit_id, key)
) STRICT;
CREATE INDEX absorbed_run_into ON absorbed_run (into_run_id);
CREATE INDEX absorbed_run_model ON absorbed_run (model_id);
CREATE INDEX absorbed_run_engine ON absorbed_run (engine_id);
CREATE INDEX absorbed_run_workload ON absorbed_run (workload_id);
CREATE INDEX absorbed_run_config ON absorbed_run (config_id);
CREATE INDEX absorbed_run_content ON absorbed_run (content);

-- The numbers of an absorbed run, as 'measurement' had them.
CREATE TABLE absorbed_measurement (
    absorbed_id INTEGER NOT NULL REFERENCES absorbed_run (id) ON DELETE CASCADE,
    quantity_id INTEGER NOT NULL REFERENCES quantity (id),
    rank        INTEGER NOT NULL,       -- among its own
    value       REAL    NOT NULL,
    low         REAL    NOT NULL,
    high        REAL    NOT NULL,
    origin      TEXT    NOT NULL CHECK (origin = 'reported' OR origin = 'derived' OR origin = 'estimated'),
    formula     TEXT    NOT NULL,
    source_id   INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    field_id    INTEGER NOT NULL REFERENCES field (id),
    digits      TEXT    NOT NULL,
    locator     TEXT    NOT NULL,
    PRIMARY KEY (absorbed_id, quantity_id, rank)
) STRICT, WITHOUT ROWID;
CREATE INDEX absorbed_measurement_source ON absorbed_measurement (source_id);

-- The findings of an absorbed run, as 'finding' had them.
CREATE TABLE absorbed_finding (
    absorbed_id INTEGER NOT NULL REFERENCES absorbed_run (id) ON DELETE CASCADE,
    seq         INTEGER NOT NULL,
    code        TEXT    NOT NULL,
    severity    TEXT    NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
    subject     TEXT    NOT NULL,
    message     TEXT    NOT NULL,
    expected    TEXT    NOT NULL,
    actual      TEXT    NOT NULL,
    source_id   INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    locator     TEXT    NOT NULL,
    PRIMARY KEY (absorbed_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX absorbed_finding_source ON absorbed_finding (source_id);

-- The load shape of an absorbed run, as 'load_stage' had it.
CREATE TABLE absorbed_stage (
    absorbed_id INTEGER NOT NULL REFERENCES absorbed_run (id) ON DELETE CASCADE,
    seq         INTEGER NOT NULL,
    seconds     REAL    NOT NULL,
    vus         REAL    NOT NULL,
    PRIMARY KEY (absorbed_id, seq)
) STRICT, WITHOUT ROWID;

-- What an absorbed run was like second by second, as 'timeline' had it.
CREATE TABLE absorbed_timeline (
    absorbed_id INTEGER NOT NULL REFERENCES absorbed_run (id) ON DELETE CASCADE,
    seq         INTEGER NOT NULL,
    elapsed_s   REAL    NOT NULL,
    vus         REAL,
    iterations  REAL,
    interrupted REAL,
    requests    REAL,
    failed      REAL,
    latency_mean_s REAL,
    latency_p95_s  REAL,
    PRIMARY KEY (absorbed_id, seq)
) STRICT, WITHOUT ROWID;

-- The pass/fail rules of an absorbed run, as 'threshold' had them.
CREATE TABLE absorbed_threshold (
    absorbed_id INTEGER NOT NULL REFERENCES absorbed_run (id) ON DELETE CASCADE,
    seq         INTEGER NOT NULL,
    metric      TEXT    NOT NULL,
    expression  TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('passed', 'failed', 'unknown')),
    source_id   INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    locator     TEXT    NOT NULL,
    PRIMARY KEY (absorbed_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX absorbed_threshold_source ON absorbed_threshold (source_id);

-- What people say of results: an accepted level shift, an outlier, a metric that nobody is to be alarmed by, a note.  It
-- refers to others by name, so that it outlives a reimport and comes along to other warehouses; '' is any.
CREATE TABLE annotation (
    id         INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('level-shift', 'outlier', 'mute', 'note')),
    session    TEXT    NOT NULL,        -- a level shift begins there; else what it is about
    run        TEXT    NOT NULL,        -- a run's name
    hardware   TEXT    NOT NULL,
    model      TEXT    NOT NULL,
    workload   TEXT    NOT NULL,
    filter     TEXT    NOT NULL,        -- further conditions, as --where takes them
    metric     TEXT    NOT NULL,
    stat       TEXT    NOT NULL,
    reason     TEXT    NOT NULL CHECK (reason <> ''),
    author     TEXT    NOT NULL CHECK (author <> ''),
    created_ns INTEGER NOT NULL,
    undone_ns  INTEGER,                 -- NULL: it is in force
    undone_by  TEXT    NOT NULL,
    undone_why TEXT    NOT NULL,
    UNIQUE (created_ns, kind, session, run, hardware, model, workload, filter, metric, stat, reason, author)
) STRICT;
CREATE INDEX annotation_run ON annotation (run);

-- What 'regressions --against NAME' compares with: one session, or the newest so many.  Who sets a name again, or clears
-- it, leaves the old row with the time of its end.
CREATE TABLE baseline (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL CHECK (name <> ''),
    session     TEXT    NOT NULL,       -- '' when it is rolling
    rolling     INTEGER NOT NULL CHECK (rolling >= 0), -- so many sessions; 0 when it is pinned
    filter      TEXT    NOT NULL,       -- runs that it holds for, as --where takes them; '' all
    reason      TEXT    NOT NULL,
    author      TEXT    NOT NULL CHECK (author <> ''),
    created_ns  INTEGER NOT NULL,
    cleared_ns  INTEGER,                -- NULL: it is in force
    cleared_by  TEXT    NOT NULL,
    cleared_why TEXT    NOT NULL,
    CHECK ((session = '') = (rolling > 0)),
    UNIQUE (created_ns, name, session, rolling, filter, reason, author)
) STRICT;
CREATE UNIQUE INDEX baseline_in_force ON baseline (name) WHERE cleared_ns IS NULL;
