/* Makes points of a run as k6 writes them, for measuring: as many as wanted, the same
 * ones for the same seed.
 *
 *   make_points csv|ndjson low|high|unique POINTS FILE [SEED]
 *
 * After output/csv/output.go and output/json/wrapper.go of k6 1.x
 * (https://github.com/grafana/k6).  A ramp of users calls three endpoints; one call in
 * fifty fails.  low: addresses and names are those of the endpoints; high: each request
 * has an address and a name of its own, as where scripts put an id into the path;
 * unique: each point. */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_S     INT64_C(1770000000)
#define BUFFER_SIZE ((size_t)1 << 20)
#define NS_PER_S    INT64_C(1000000000)
#define MEAN_GAP_NS 2.2e6 /* between requests */

enum cardinality {
    LOW,
    HIGH,
    UNIQUE
};

struct maker {
    FILE *out;
    bool csv;
    enum cardinality cardinality;
    uint64_t left; /* points */
    uint64_t random;
    uint64_t id; /* of the last address */
    int64_t now_ns, told_ns;
    /* of the request in progress */
    const char *endpoint, *method, *status;
    bool expected;
    char address[160];
};

/* Vigna's splitmix64 (https://prng.di.unimi.it/splitmix64.c). */
static uint64_t next_random(struct maker *m)
{
    uint64_t z = m->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* Above 0, up to 1. */
static double uniform(struct maker *m)
{
    return ((double)(next_random(m) >> 11) + 1) / 9007199254740992.0;
}

/* Lognormal by Box and Muller. */
static double spread(struct maker *m, double median, double sigma)
{
    double z = sqrt(-2 * log(uniform(m))) * cos(6.283185307179586 * uniform(m));
    return median * exp(sigma * z);
}

/* --- points --- */

static void set_address(struct maker *m)
{
    static const char host[] = "https://inference.example.test/v1/";
    if (m->cardinality == LOW)
        snprintf(m->address, sizeof m->address, "%s%s", host, m->endpoint);
    else
        snprintf(m->address, sizeof m->address, "%s%s/%016llx", host, m->endpoint,
                 (unsigned long long)(++m->id * UINT64_C(0x9E3779B97F4A7C15)));
}

/* As Go writes a time: no zeros at the end of the fraction. */
static void put_time(struct maker *m)
{
    int64_t s = m->now_ns / NS_PER_S, of_day = s % 86400;
    /* the day: bench runs end before midnight of START_S + a few days of one month */
    long long day = 2 + (s - START_S + START_S % 86400) / 86400;
    char fraction[16];
    int n = snprintf(fraction, sizeof fraction, ".%09lld",
                     (long long)(m->now_ns % NS_PER_S));
    while (n > 1 && fraction[n - 1] == '0')
        fraction[--n] = '\0';
    fprintf(m->out, "2026-02-%02lldT%02lld:%02lld:%02lld%sZ", day,
            (long long)(of_day / 3600), (long long)(of_day / 60 % 60),
            (long long)(of_day % 60), n > 1 ? fraction : "");
}

static void put_csv(struct maker *m, const char *metric, double value,
                    const char *check, bool http)
{
    const char *name = m->cardinality == LOW ? m->endpoint : m->address;
    fprintf(m->out, "%s,%lld,%f,%s,,,", metric, (long long)(m->now_ns / NS_PER_S),
            value, check);
    if (http)
        fprintf(m->out, "%s,::talk to the model,%s,%s,HTTP/1.1,ramp,,%s,,tls1.3,%s,,\n",
                m->expected ? "true" : "false", m->method, name, m->status, m->address);
    else
        fprintf(m->out, ",::talk to the model,,,,ramp,,,,,,,\n");
}

static void put_ndjson(struct maker *m, const char *metric, double value,
                       const char *check, bool http)
{
    const char *name = m->cardinality == LOW ? m->endpoint : m->address;
    fprintf(m->out, "{\"metric\":\"%s\",\"type\":\"Point\",\"data\":{\"time\":\"",
            metric);
    put_time(m);
    fprintf(m->out, "\",\"value\":%.9g,\"tags\":{", value);
    if (*check != '\0')
        fprintf(m->out, "\"check\":\"%s\",", check);
    if (http)
        fprintf(
            m->out,
            "\"expected_response\":\"%s\",\"group\":\"::talk to the model\",\"method\":\"%s\","
            "\"name\":\"%s\",\"proto\":\"HTTP/1.1\",\"scenario\":\"ramp\","
            "\"status\":\"%s\",\"tls_version\":\"tls1.3\",\"url\":\"%s\"}}}\n",
            m->expected ? "true" : "false", m->method, name, m->status, m->address);
    else
        fprintf(m->out, "\"group\":\"::talk to the model\",\"scenario\":\"ramp\"}}}\n");
}

static void put(struct maker *m, const char *metric, double value, const char *check,
                bool http)
{
    if (m->left == 0)
        return;
    m->left--;
    if (http && m->cardinality == UNIQUE)
        set_address(m);
    if (m->csv)
        put_csv(m, metric, value, check, http);
    else
        put_ndjson(m, metric, value, check, http);
}

/* --- the run --- */

static void put_request(struct maker *m, double *elapsed_ms)
{
    static const char *const endpoints[] = {"chat", "memories", "embeddings"};
    uint64_t r = next_random(m);
    m->endpoint = endpoints[r % 3];
    m->method = r % 3 == 1 ? "GET" : "POST";
    m->expected = r / 3 % 50 != 0;
    m->status = m->expected ? "200" : r / 150 % 2 ? "503" : "0";
    set_address(m);
    double sending = 0.02 + 0.08 * uniform(m), receiving = spread(m, 0.9, 0.5);
    double waiting = m->expected ? spread(m, 180, 0.6) : spread(m, 30, 0.3);
    double duration = sending + waiting + receiving;
    put(m, "http_reqs", 1, "", true);
    put(m, "http_req_duration", duration, "", true);
    put(m, "http_req_blocked", r % 97 == 0 ? spread(m, 8, 0.4) : 0.004, "", true);
    put(m, "http_req_connecting", r % 97 == 0 ? spread(m, 3, 0.4) : 0, "", true);
    put(m, "http_req_tls_handshaking", r % 97 == 0 ? spread(m, 4, 0.4) : 0, "", true);
    put(m, "http_req_sending", sending, "", true);
    put(m, "http_req_waiting", waiting, "", true);
    put(m, "http_req_receiving", receiving, "", true);
    put(m, "http_req_failed", m->expected ? 0 : 1, "", true);
    *elapsed_ms += duration;
}

static void put_iteration(struct maker *m)
{
    double elapsed_ms = 0;
    put_request(m, &elapsed_ms);
    put(m, "checks", m->expected, "status is 200", false);
    put(m, "data_sent", 320 + floor(900 * uniform(m)), "", false);
    put(m, "data_received", 900 + floor(4000 * uniform(m)), "", false);
    put(m, "iteration_duration", elapsed_ms + 0.2, "", false);
    put(m, "iterations", 1, "", false);
}

static void make(struct maker *m)
{
    static const char header[] =
        "metric_name,timestamp,metric_value,check,error,error_code,expected_response,"
        "group,method,name,proto,scenario,service,status,subproto,tls_version,url,"
        "extra_tags,metadata\n";
    if (m->csv)
        fputs(header, m->out);
    m->now_ns = m->told_ns = START_S * NS_PER_S;
    while (m->left > 0) {
        if (m->now_ns - m->told_ns >= NS_PER_S) {
            double elapsed_s = (double)(m->now_ns / NS_PER_S - START_S);
            m->told_ns += NS_PER_S;
            put(m, "vus", fmin(1 + floor(elapsed_s), 100), "", false);
            put(m, "vus_max", 100, "", false);
        }
        m->now_ns += (int64_t)(-MEAN_GAP_NS * log(uniform(m)));
        put_iteration(m);
    }
}

/* What the points are of, for a stream says it before the first one. */
static void declare(struct maker *m)
{
    static const struct {
        const char *name, *type, *contains;
    } metrics[] = {
        {"http_reqs", "counter", "default"},
        {"http_req_duration", "trend", "time"},
        {"http_req_blocked", "trend", "time"},
        {"http_req_connecting", "trend", "time"},
        {"http_req_tls_handshaking", "trend", "time"},
        {"http_req_sending", "trend", "time"},
        {"http_req_waiting", "trend", "time"},
        {"http_req_receiving", "trend", "time"},
        {"http_req_failed", "rate", "default"},
        {"checks", "rate", "default"},
        {"data_sent", "counter", "data"},
        {"data_received", "counter", "data"},
        {"iteration_duration", "trend", "time"},
        {"iterations", "counter", "default"},
        {"vus", "gauge", "default"},
        {"vus_max", "gauge", "default"},
    };
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics && !m->csv; i++)
        fprintf(m->out,
                "{\"type\":\"Metric\",\"data\":{\"name\":\"%s\",\"type\":\"%s\","
                "\"contains\":\"%s\",\"thresholds\":[],\"submetrics\":null},"
                "\"metric\":\"%s\"}\n",
                metrics[i].name, metrics[i].type, metrics[i].contains, metrics[i].name);
}

int main(int argc, char **argv)
{
    static const char *const cardinalities[] = {"low", "high", "unique"};
    struct maker m = {0};
    int cardinality = 3;
    for (int i = 0; argc >= 5 && i < 3; i++)
        cardinality = strcmp(argv[2], cardinalities[i]) == 0 ? i : cardinality;
    m.csv = argc >= 5 && strcmp(argv[1], "csv") == 0;
    if (argc < 5 || argc > 6 || cardinality == 3 ||
        (!m.csv && strcmp(argv[1], "ndjson") != 0)) {
        fprintf(stderr, "usage: make_points csv|ndjson low|high|unique POINTS FILE "
                        "[SEED]\n");
        return 2;
    }
    m.cardinality = (enum cardinality)cardinality;
    m.left = strtoull(argv[3], NULL, 10);
    m.random = argc == 6 ? strtoull(argv[5], NULL, 10) : 1;
    m.out = fopen(argv[4], "wb");
    if (m.out == NULL) {
        fprintf(stderr, "cannot write '%s': %s\n", argv[4], strerror(errno));
        return 6;
    }
    setvbuf(m.out, NULL, _IOFBF, BUFFER_SIZE);
    declare(&m);
    make(&m);
    if (ferror(m.out) || fclose(m.out) != 0) {
        fprintf(stderr, "cannot write '%s': %s\n", argv[4], strerror(errno));
        return 6;
    }
    return 0;
}
