/* The registry of questions: list.h made into a table. */
#include "question.h"

#define X(name) extern const struct bk_question bk_question_##name;
#include "list.h"
#undef X

const struct bk_question *const bk_questions[] = {
#define X(name) &bk_question_##name,
#include "list.h"
#undef X
    NULL,
};
const size_t bk_n_questions = sizeof bk_questions / sizeof *bk_questions - 1;

const struct bk_question *bk_question_named(const char *name)
{
    for (size_t i = 0; i < bk_n_questions; i++)
        if (bk_is(bk_str(name), bk_questions[i]->name))
            return bk_questions[i];
    return NULL;
}
