/* Reads a file of points as an import does, without an archive, and tells how long that
 * took: CPU time of the reading thread, of all threads, and by the clock.  'exposition'
 * is the reader of Prometheus' text format by itself: each line is checked and cut into
 * name, labels, value and time, as 'promtool check metrics' does, and nothing gathered.
 *
 *   read_points k6-csv|k6-json|prometheus|exposition FILE [TIMES] */
#include "../../importers/importer.h"
#include "../../importers/shared/exposition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct meter {
    struct bk_sink sink;
    size_t points;
};

static bool take_run(struct bk_sink *s, struct bk_run *run, struct bk_err *err)
{
    (void)err;
    ((struct meter *)(void *)s)->points += run->n_samples;
    return true;
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool read_once(const struct bk_importer *importer, const char *path,
                      struct meter *m, struct bk_err *err)
{
    struct bk_arena *a = bk_arena_new();
    struct bk_input *in = NULL;
    struct bk_importing im = {.arena = a,
                              .dict = bk_dict_new(a),
                              .sink = &m->sink,
                              .format = bk_str(importer->name),
                              .taken_ns = BK_NO_TIME};
    bool ok = bk_input_open(&in, path, err) && importer->import(in, &im, err);
    bk_input_close(in);
    bk_arena_free(a);
    return ok;
}

static bool read_exposition(const char *path, struct meter *m, struct bk_err *err)
{
    struct bk_input *in = NULL;
    if (!bk_input_open(&in, path, err))
        return false;
    struct bk_exposition *x = bk_exposition_new(BK_EXPOSITION_TEXT, false);
    const struct bk_series_sample *sample;
    struct bk_str line;
    size_t number;
    bool more = true, cut = false, ok = true;
    while (ok && more) {
        ok = bk_input_line(in, &line, &number, &more, &cut, err) &&
             (!more || bk_exposition_line(x, line, number, &sample, err));
    }
    ok = ok && bk_exposition_end(x, cut, err);
    m->points = bk_exposition_samples(x);
    bk_exposition_free(x);
    bk_input_close(in);
    return ok;
}

int main(int argc, char **argv)
{
    const struct bk_importer *importer =
        argc > 2 ? bk_importer_named(bk_str(argv[1])) : NULL;
    bool exposition = argc > 2 && strcmp(argv[1], "exposition") == 0;
    int times = argc > 3 ? atoi(argv[3]) : 1;
    struct bk_err err = {0};
    if (importer == NULL && !exposition) {
        fprintf(stderr, "usage: read_points k6-csv|k6-json|prometheus|exposition FILE "
                        "[TIMES]\n");
        return 2;
    }
    for (int i = 0; i < times; i++) {
        struct meter m = {.sink = *bk_discard_sink()};
        m.sink.run = take_run;
        double thread = seconds(CLOCK_THREAD_CPUTIME_ID);
        double process = seconds(CLOCK_PROCESS_CPUTIME_ID);
        double wall = seconds(CLOCK_MONOTONIC);
        if (exposition ? !read_exposition(argv[2], &m, &err)
                       : !read_once(importer, argv[2], &m, &err)) {
            fprintf(stderr, "%s\n", err.msg);
            return bk_exit_status(err.code);
        }
        thread = seconds(CLOCK_THREAD_CPUTIME_ID) - thread;
        process = seconds(CLOCK_PROCESS_CPUTIME_ID) - process;
        wall = seconds(CLOCK_MONOTONIC) - wall;
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        printf("%zu points: %.3f s of the reading thread, %.3f s of all, %.3f s by the "
               "clock; %.2f M points/s; peak %ld KiB\n",
               m.points, thread, process, wall, (double)m.points / thread / 1e6,
               usage.ru_maxrss);
    }
    return 0;
}
