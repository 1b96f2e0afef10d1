/* Levels of parameters for settings that were not tried: round numbers that people
 * would choose. */
#ifndef BK_QUERY_NEXT_LEVEL_H
#define BK_QUERY_NEXT_LEVEL_H

#include "evidence.h"

/* Are all levels whole numbers?  New ones are whole then. */
bool bk_level_whole(const struct bk_axis *axis);
/* From 'low' to 'high' (above 0) the least power of two where 'powers' are liked, else
 * the least round number; NAN: there is none. */
double bk_level_round(double low, double high, bool powers);
/* 1.3 to 2 times beyond the last tried level (+1) or below the first (-1); NAN:
 * there is none, as below 1 of whole numbers. */
double bk_level_beyond(const struct bk_axis *axis, int direction);
/* The geometric middle of two levels, whole where levels are; NAN: nothing lies
 * between. */
double bk_level_between(const struct bk_axis *axis, double low, double high);

#endif
