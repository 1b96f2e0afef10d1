/* The longest level stretch of a series (see steady.h): the window's largest and
 * smallest numbers stand first in two queues of places, one falling, one rising. */
#include "steady.h"

#include "../base/arena.h"

#include <stdlib.h>

struct queue { /* of places; those that can no longer count are gone */
    size_t *places;
    size_t first, end;
};

static void push(struct queue *q, const double *x, size_t place, bool falling)
{
    while (q->end > q->first) {
        double last = x[q->places[q->end - 1]];
        if (falling ? last > x[place] : last < x[place])
            break;
        q->end--;
    }
    q->places[q->end++] = place;
}

static void drop(struct queue *q, size_t before)
{
    while (q->first < q->end && q->places[q->first] < before)
        q->first++;
}

bool bk_steady(const double *x, size_t n, double tolerance, size_t shortest,
               struct bk_stretch *stretch)
{
    struct queue high = {.places = bk_realloc(NULL, (n + 1) * sizeof(size_t))};
    struct queue low = {.places = bk_realloc(NULL, (n + 1) * sizeof(size_t))};
    size_t first = 0;
    *stretch = (struct bk_stretch){0, 0};
    for (size_t i = 0; i < n; i++) {
        push(&high, x, i, true);
        push(&low, x, i, false);
        while (first <= i && !(x[low.places[low.first]] > 0 &&
                               x[high.places[high.first]] <=
                                   x[low.places[low.first]] * (1 + tolerance))) {
            first++;
            drop(&high, first);
            drop(&low, first);
            if (first > i)
                break;
        }
        if (i + 1 - first > stretch->end - stretch->first)
            *stretch = (struct bk_stretch){first, i + 1};
    }
    free(high.places);
    free(low.places);
    return stretch->end > stretch->first && stretch->end - stretch->first >= shortest;
}
