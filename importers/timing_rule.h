/* One rule of the timing-log importer, made ready to be run over many lines. */
#ifndef BK_IMPORTERS_TIMING_RULE_H
#define BK_IMPORTERS_TIMING_RULE_H

#include "importer.h"

struct timing_rule;

struct timing_match {
    struct bk_str value, unit, name; /* groups; unit and name may be empty */
    size_t end;                      /* behind the match in the line */
};

/* Compiles a rule; false (BK_EUSAGE) when its expression is malformed.  Groups may be
 * named, (?<value>..), (?<unit>..), (?<name>..); without a group 'value' the first one
 * is the number.  \d, \w and \s are understood. */
bool timing_rule_new(struct timing_rule **out, struct bk_arena *a,
                     const struct bk_timing_rule *rule, struct bk_err *err);
void timing_rule_free(struct timing_rule *t); /* NULL is fine */

/* The first match at or behind 'from'.  The line is NUL-terminated. */
bool timing_rule_find(const struct timing_rule *t, struct bk_str line, size_t from,
                      struct timing_match *match);

#endif
