/* benchkeep: an embedded warehouse for the results of LLM serving benchmarks.
 *
 * The public interface of libbenchkeep.  Handles are opaque; strings are UTF-8;
 * functions that can fail return a status and leave a message with bk_message.  A
 * warehouse is one SQLite file.  A handle belongs to one thread at a time; several
 * processes may use one file at once (one writer at a time waits for the other).
 *
 *     bk_warehouse *w;
 *     if (bk_open("bench.db", BK_OPEN_WRITE, &w) != BK_STATUS_OK)
 *         fprintf(stderr, "%s\n", bk_message(w));
 *     const char *args[] = {"results/"};
 *     bk_import(w, 1, args, NULL, NULL);
 *     const char *ask[] = {"061", "062", "--metric", "ttft"};
 *     bk_answer *answer;
 *     if (bk_ask(w, "compare", 4, ask, &answer) == BK_STATUS_OK)
 *         bk_render(answer, "json", NULL, NULL);
 *     bk_answer_free(answer);
 *     bk_close(w);
 */
#ifndef BENCHKEEP_H
#define BENCHKEEP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BENCHKEEP_VERSION "0.1.0"

typedef struct bk_warehouse bk_warehouse;
typedef struct bk_answer bk_answer;

/* What became of a call; the numbers are the program's exit statuses. */
typedef enum bk_status_code {
    BK_STATUS_OK = 0,         /* done; a gate found no regression */
    BK_STATUS_REGRESSION = 1, /* a gate found a regression */
    BK_STATUS_USAGE = 2,      /* an argument is wrong */
    BK_STATUS_UNKNOWN = 3,    /* a gate cannot tell */
    BK_STATUS_INPUT = 4,      /* some input was refused */
    BK_STATUS_DATABASE = 5,   /* the warehouse cannot be used */
    BK_STATUS_SYSTEM = 6      /* memory, disk, permission */
} bk_status_code;

typedef enum bk_open_mode {
    BK_OPEN_READ,   /* must exist */
    BK_OPEN_WRITE,  /* created when missing, migrated when older */
    BK_OPEN_MIGRATE /* must exist; migrated when older */
} bk_open_mode;

/* The version of the library. */
const char *bk_version(void);

/* Opens the warehouse at path.  *w is set even on failure (so that bk_message works)
 * and must be closed. */
bk_status_code bk_open(const char *path, bk_open_mode mode, bk_warehouse **w);
void bk_close(bk_warehouse *w);

/* The message of the last call that failed on this handle; "" when none did.  Valid
 * until the next call. */
const char *bk_message(const bk_warehouse *w);

/* Told of each file as an import goes: 'status' is imported, duplicate, skipped or
 * failed; error is "" or why. */
typedef void (*bk_file_callback)(void *self, const char *path, const char *format,
                                 const char *status, const char *error);

/* Imports files and folders.  argv holds paths and the options of 'benchkeep import'
 * ("--session", "062"). BK_STATUS_INPUT when some file failed: the others are in. */
bk_status_code bk_import(bk_warehouse *w, int argc, const char *const *argv,
                         bk_file_callback told, void *self);

/* Asks a question by its command's name with that command's arguments.  The answer must
 * be freed. */
bk_status_code bk_ask(bk_warehouse *w, const char *question, int argc,
                      const char *const *argv, bk_answer **answer);

/* Renders an answer: format is text, csv, json, ndjson or md; path NULL is standard
 * output; lang NULL is "en". */
bk_status_code bk_render(bk_answer *answer, const char *format, const char *path,
                         const char *lang);

/* Renders into memory: a NUL-terminated text that must be freed with bk_text_free. */
bk_status_code bk_render_text(bk_answer *answer, const char *format, const char *lang,
                              char **text, size_t *length);
void bk_text_free(char *text);
void bk_answer_free(bk_answer *answer);

#ifdef __cplusplus
}
#endif

#endif
