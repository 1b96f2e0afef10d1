/* A second thread for work that its giver need not wait for: packing beside reading.
 *
 * Jobs are done one after another in the order in which they were put, so that results
 * do not depend on timing.  Where there is one processor only, or no thread can be had,
 * a job is done at once by bk_worker_put. */
#ifndef BK_BASE_WORKER_H
#define BK_BASE_WORKER_H

#include "err.h"

#include <stddef.h>

#define BK_WORKER_DEPTH ((size_t)8) /* the largest depth */

struct bk_worker;

/* depth (0 to BK_WORKER_DEPTH): jobs that may be unfinished when bk_worker_put returns;
 * with 0 there is no second thread. */
struct bk_worker *bk_worker_new(size_t depth);

/* Hands a job over, and waits first while 'depth' jobs are unfinished; arg and what it
 * points to belong to the worker until then.  A job that fails sets its err.  After
 * that no job is begun, and this and bk_worker_wait give that error. */
bool bk_worker_put(struct bk_worker *w, bool (*job)(void *arg, struct bk_err *err),
                   void *arg, struct bk_err *err);

/* Waits until every job is finished. */
bool bk_worker_wait(struct bk_worker *w, struct bk_err *err);

/* The same for so long at the most; *done: there is none left.  Errors come from
 * bk_worker_wait. */
void bk_worker_wait_ms(struct bk_worker *w, unsigned ms, bool *done);

/* Waits for the job at hand, drops those that were not begun; NULL is fine. */
void bk_worker_free(struct bk_worker *w);

#endif
