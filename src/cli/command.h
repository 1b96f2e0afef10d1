/* Commands as data: one file each, ending in its descriptor; parsing, help, "did you
 * mean" and the tests read the same tables.
 *
 * Questions (src/query/list.h) are commands of their own accord; those here are the
 * ones that do something else than ask. */
#ifndef BK_CLI_COMMAND_H
#define BK_CLI_COMMAND_H

#include <stdio.h>

#include "../api/api.h"

struct bk_common { /* options of every command */
    const char *db, *format, *output, *lang, *csv_dialect;
    struct bk_strings where;
    bool quiet, help, version;
};

enum bk_cmd_db { /* how main opens the warehouse before the command runs */
    BK_CMD_NONE, /* not at all */
    BK_CMD_READ,
    BK_CMD_WRITE, /* created when missing */
    BK_CMD_MIGRATE,
};

struct bk_cli {
    struct bk_common common;
    struct bk_arena *arena;  /* of the command */
    const char *db_path;     /* resolved */
    bk_warehouse *warehouse; /* NULL for BK_CMD_NONE */
    struct bk_out *out;      /* opened by bk_cli_open_output */
};

struct bk_cmd {
    const char *name, *args, *summary, *help;
    const struct bk_opt *options; /* NULL: only the common ones */
    enum bk_cmd_db db;
    size_t args_size;
    size_t min_args, max_args; /* BK_NONE: any number */
    bool takes_where;          /* --where chooses what it works on */
    /* The exit status; a failure leaves its message in err and any status. */
    int (*run)(struct bk_cli *cli, const void *args,
               const struct bk_strings *positional, struct bk_err *err);
};

extern const struct bk_cmd *const bk_commands[]; /* ends with NULL */
const struct bk_cmd *bk_command_named(const char *name);
extern const struct bk_opt bk_common_opts[];

/* The nearest command or question, or NULL. */
const char *bk_command_nearest(struct bk_arena *a, const char *name);

/* --- main.c --- */
/* Opens the warehouse of the common options; a missing one is an error that says what
 * to do, unless it is created. */
bool bk_cli_open(struct bk_cli *cli, enum bk_cmd_db how, struct bk_err *err);
/* Opens it for reading when it is there; cli->warehouse stays NULL when it is not. */
bool bk_cli_open_if_there(struct bk_cli *cli, struct bk_err *err);

/* --- output.c --- */
/* Opens the output, so that a bad path fails before the work. */
bool bk_cli_open_output(struct bk_cli *cli, struct bk_err *err);
/* Renders a report as the common options say and closes the output; the exit status. */
int bk_cli_render(struct bk_cli *cli, struct bk_report *report, struct bk_err *err);
/* Is the output the one that people read? */
bool bk_cli_is_text(const struct bk_cli *cli);
/* May escape sequences be written to a stream of this descriptor? */
bool bk_cli_colour(int fd);
/* Adds s as a JSON string. */
void bk_cli_json_string(struct bk_buf *b, struct bk_str s);
/* Adds s without control characters, for a terminal. */
void bk_cli_plain(struct bk_buf *b, struct bk_str s);

/* --- progress.c: a line on a terminal that shows how far an import is --- */
struct bk_progress {
    bool on;
    bool shown;
    double began, told; /* seconds */
    size_t width;
};
void bk_progress_init(struct bk_progress *p, bool quiet);
/* Bytes; points of the file at hand, 0 where they are not counted. */
void bk_progress_show(struct bk_progress *p, struct bk_str path, int64_t done,
                      int64_t total, uint64_t points);
void bk_progress_clear(struct bk_progress *p);

/* --- interrupt.c --- */
/* From now on Ctrl-C and SIGTERM are noted; a second one ends the program. */
void bk_cli_catch_interrupt(void);
/* Was one noted? */
bool bk_cli_interrupted(void);

/* --- help.c --- */
void bk_cli_overview(struct bk_buf *out);
/* The page of a command or question; false: there is none of that name. */
bool bk_cli_page(const char *name, struct bk_buf *out);

#endif
