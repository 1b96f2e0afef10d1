/* One thread and a short queue (see worker.h). */
#include "worker.h"

#include "arena.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct job {
    bool (*run)(void *arg, struct bk_err *err);
    void *arg;
};

struct bk_worker {
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    struct job jobs[BK_WORKER_DEPTH]; /* a ring */
    size_t first, n;                  /* unfinished; the first may be at work */
    size_t depth;
    bool threaded;
    bool stop;
    bool failed;
    struct bk_err err; /* of the job that failed */
};

static void *work(void *arg)
{
    struct bk_worker *w = arg;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (w->n == 0 && !w->stop)
            pthread_cond_wait(&w->changed, &w->lock);
        if (w->n == 0 || w->stop)
            break;
        struct job job = w->jobs[w->first];
        struct bk_err err = {0};
        pthread_mutex_unlock(&w->lock);
        bool ok = job.run(job.arg, &err);
        pthread_mutex_lock(&w->lock);
        w->first = (w->first + 1) % BK_WORKER_DEPTH;
        w->n--;
        if (!ok) {
            w->failed = true;
            w->err = err;
            w->n = 0;
        }
        pthread_cond_broadcast(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* Signals are for the thread that the program began with. */
static bool start(struct bk_worker *w)
{
    sigset_t all, before;
    sigfillset(&all);
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2 ||
        pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return false;
    bool started = pthread_create(&w->thread, NULL, work, w) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

struct bk_worker *bk_worker_new(size_t depth)
{
    assert(depth <= BK_WORKER_DEPTH);
    struct bk_worker *w = bk_realloc(NULL, sizeof *w);
    *w = (struct bk_worker){.depth = depth};
    if (depth == 0 || pthread_mutex_init(&w->lock, NULL) != 0)
        return w;
    if (pthread_cond_init(&w->changed, NULL) != 0) {
        pthread_mutex_destroy(&w->lock);
        return w;
    }
    w->threaded = start(w);
    if (!w->threaded) {
        pthread_cond_destroy(&w->changed);
        pthread_mutex_destroy(&w->lock);
    }
    return w;
}

static bool result(const struct bk_worker *w, struct bk_err *err)
{
    if (w->failed)
        *err = w->err;
    return !w->failed;
}

bool bk_worker_put(struct bk_worker *w, bool (*job)(void *arg, struct bk_err *err),
                   void *arg, struct bk_err *err)
{
    if (!w->threaded) {
        if (!w->failed)
            w->failed = !job(arg, &w->err);
        return result(w, err);
    }
    pthread_mutex_lock(&w->lock);
    while (w->n == w->depth && !w->failed)
        pthread_cond_wait(&w->changed, &w->lock);
    bool ok = result(w, err);
    if (ok) {
        w->jobs[(w->first + w->n++) % BK_WORKER_DEPTH] = (struct job){job, arg};
        pthread_cond_broadcast(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
    return ok;
}

bool bk_worker_wait(struct bk_worker *w, struct bk_err *err)
{
    if (!w->threaded)
        return result(w, err);
    pthread_mutex_lock(&w->lock);
    while (w->n > 0)
        pthread_cond_wait(&w->changed, &w->lock);
    bool ok = result(w, err);
    pthread_mutex_unlock(&w->lock);
    return ok;
}

void bk_worker_wait_ms(struct bk_worker *w, unsigned ms, bool *done)
{
    *done = true;
    if (!w->threaded)
        return;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until); /* which conditions wait by */
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    until.tv_sec += (time_t)(ms / 1000) + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&w->lock);
    int rc = 0;
    while (w->n > 0 && rc == 0)
        rc = pthread_cond_timedwait(&w->changed, &w->lock, &until);
    *done = w->n == 0;
    pthread_mutex_unlock(&w->lock);
}

void bk_worker_free(struct bk_worker *w)
{
    if (!w)
        return;
    if (w->threaded) {
        pthread_mutex_lock(&w->lock);
        w->stop = true;
        pthread_cond_broadcast(&w->changed);
        pthread_mutex_unlock(&w->lock);
        pthread_join(w->thread, NULL);
        pthread_cond_destroy(&w->changed);
        pthread_mutex_destroy(&w->lock);
    }
    free(w);
}
