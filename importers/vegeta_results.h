/* Single requests of vegeta, as 'vegeta encode' writes them. */
#ifndef BK_IMPORTERS_VEGETA_RESULTS_H
#define BK_IMPORTERS_VEGETA_RESULTS_H

#include "importer.h"

/* Does the text begin with one? */
bool bk_vegeta_is_results(struct bk_str head);

/* One run out of all of them. */
bool bk_vegeta_results(struct bk_input *in, const struct bk_importing *im,
                       struct bk_err *err);

#endif
