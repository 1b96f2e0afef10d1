/* Results of serving benchmarks that are written as JSON objects: vLLM's and SGLang's
 * scripts, which share an ancestor.
 *
 * A source is one object, an array of objects, or objects one behind the other (one a
 * line or not): each is a run.  Numbers have flat names, with the statistic in front and
 * the unit behind ("p99.9_ttft_ms"); per-request details are arrays in seconds, which are
 * kept as samples.  What a name means stands in schema/aliases/FORMAT.csv; a number that has no
 * line there is kept under "<format>.<name>", a text becomes a config parameter. */
#ifndef BK_IMPORTERS_SHARED_SERVING_H
#define BK_IMPORTERS_SHARED_SERVING_H

#include "json.h"
#include "runs.h"

/* So many runs of a source keep their single requests. */
#define BK_SERVING_DETAILED ((size_t)100)

struct bk_serving { /* the reading of one source */
    const struct bk_importing *im;
    unsigned flags;                /* of bk_json_parse */
    enum bk_population population; /* of what is no count of requests and no duration */
    /* Takes one object: adds a run, or says why it is none with bk_serving_skip. */
    bool (*take)(struct bk_serving *s, const struct bk_json *object,
                 struct bk_err *err);
    struct bk_arena *scratch; /* of the document that is being read */
    struct bk_runs runs;
    struct bk_str place;   /* of the object, before a locator: "", "line 3 ", "/0" */
    bool several;          /* documents */
    size_t line;           /* of the object, 1-based */
    struct bk_str skipped; /* why an object was left out */
    size_t objects;        /* so far */
    struct bk_str below;   /* pointer of the object within it that is being read */
    size_t settings_from;  /* byte in the document behind which members are settings */
    struct bk_str text;    /* of the document, from which the offsets of its tree count */
    size_t n_detailed;     /* runs so far that keep their requests */
};

/* Reads all objects and sends the runs on.  Every object left out: BK_ESKIP. */
bool bk_serving_read(struct bk_serving *s, struct bk_input *in, struct bk_err *err);

/* The object is no result, for this reason. */
void bk_serving_skip(struct bk_serving *s, struct bk_str reason);

/* What one member of an object is.  'setting': a number without a line in the table is a
 * config parameter. */
struct bk_serving_member {
    struct bk_str name;    /* as the table has it: "duration", "server_info.tp_size" */
    struct bk_str pointer; /* below the object: "/server_info/tp_size" */
    bool setting;
};
/* A number, text or boolean into the run; null, objects and arrays are left alone. */
void bk_serving_value(struct bk_serving *s, struct bk_run *run,
                      const struct bk_serving_member *m, const struct bk_json *value);

/* The pointer (RFC 6901) of a member below that of its object. */
struct bk_str bk_serving_pointer(const struct bk_serving *s, struct bk_str object,
                                 struct bk_str key);

/* Is this an array of per-request details ("ttfts", "errors")?  Its length is then among
 * those of which the longest is the run's number of samples. */
bool bk_serving_details(struct bk_run *run, const struct bk_json *member);

/* Keeps what the arrays of an object say of its single requests as samples of the run:
 * ttft, itl and request_latency (s), lengths (tokens), errors; by outcome, and in time
 * where there are start_times.  Call it when the run's members were taken.  Too many are
 * left out with a finding. */
bool bk_serving_samples(struct bk_serving *s, struct bk_run *run,
                        const struct bk_json *object, struct bk_err *err);

/* Calls 'each' for the members of an object, of equal keys only for the last.  False:
 * there are more than a result has. */
bool bk_serving_each(struct bk_serving *s, struct bk_run *run,
                     const struct bk_json *object,
                     void (*each)(struct bk_serving *s, struct bk_run *run,
                                  const struct bk_json *member),
                     struct bk_err *err);

/* Latencies of exactly 0 in every statistic were never measured: the tools write 0 for
 * an empty list.  Call it when the run is complete. */
void bk_serving_drop_empty(const struct bk_importing *im, struct bk_run *run);

/* Which of up to 32 keys the first object of a head has as members: bit i for keys[i]. */
unsigned bk_serving_keys(struct bk_str head, const char *const *keys, size_t n);

#endif
