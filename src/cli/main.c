/* The program: finds the command, parses its options, opens the warehouse, and makes an
 * exit status of what came out. */
#include "command.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct call {                 /* what is to be done */
    const struct bk_cmd *cmd; /* one of these two */
    const struct bk_question *question;
    const char **argv; /* options before the command's name, then what is behind it */
    size_t argc;
    const char *name;
};

static const struct bk_opt *common_option(const char *arg)
{
    for (const struct bk_opt *o = bk_common_opts; o->type != BK_OPT_END; o++) {
        struct bk_str name;
        bk_cut(bk_str(arg[0] == '-' && arg[1] == '-' ? arg + 2 : ""), '=', &name);
        if (bk_is(name, o->name) ||
            (o->letter && arg[0] == '-' && arg[1] == o->letter && arg[2] == '\0'))
            return o;
    }
    return NULL;
}

/* Common options may stand before the command's name. */
static void split(struct bk_arena *a, int argc, char **argv, struct call *call)
{
    for (int i = 1; i < argc; i++) {
        const struct bk_opt *o = call->name ? NULL : common_option(argv[i]);
        if (!call->name && (argv[i][0] != '-' || argv[i][1] == '\0')) {
            call->name = argv[i];
            continue;
        }
        *BK_PUSH(a, call->argv, call->argc) = argv[i];
        if (o && o->type != BK_OPT_FLAG && !strchr(argv[i], '=') && i + 1 < argc)
            *BK_PUSH(a, call->argv, call->argc) = argv[++i];
    }
}

static const char *default_path(struct bk_arena *a)
{
    const char *env = getenv("BENCHKEEP_DB"), *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    if (env && *env)
        return env;
    if (data && *data)
        return bk_fmt(a, "%s/benchkeep/benchkeep.db", data).ptr;
    return bk_fmt(a, "%s/.local/share/benchkeep/benchkeep.db",
                  home && *home ? home : ".")
        .ptr;
}

static bool find_command(struct bk_cli *cli, struct call *call, struct bk_err *err)
{
    call->cmd = bk_command_named(call->name);
    call->question = call->cmd ? NULL : bk_question_named(call->name);
    if (call->cmd || call->question)
        return true;
    const char *near = bk_command_nearest(cli->arena, call->name);
    return bk_fail(err, BK_EUSAGE,
                   "no command is called '%.80s'%s%s%s (see 'benchkeep "
                   "help')",
                   call->name, near ? "; did you mean '" : "", near ? near : "",
                   near ? "'?" : "");
}

bool bk_cli_open(struct bk_cli *cli, enum bk_cmd_db how, struct bk_err *err)
{
    static const bk_open_mode modes[] = {
        [BK_CMD_READ] = BK_OPEN_READ,
        [BK_CMD_WRITE] = BK_OPEN_WRITE,
        [BK_CMD_MIGRATE] = BK_OPEN_MIGRATE,
    };
    if (how == BK_CMD_NONE)
        return true;
    if (how != BK_CMD_WRITE && access(cli->db_path, F_OK) != 0 && errno == ENOENT)
        return bk_fail(err, BK_EDB,
                       "there is no warehouse at '%s': make one with 'benchkeep init' "
                       "or name another with --db",
                       cli->db_path);
    return bk_api_open(&cli->warehouse, cli->db_path, modes[how], err);
}

bool bk_cli_open_if_there(struct bk_cli *cli, struct bk_err *err)
{
    if (access(cli->db_path, F_OK) != 0 && errno == ENOENT)
        return true;
    return bk_cli_open(cli, BK_CMD_READ, err);
}

static int run_question(struct bk_cli *cli, const struct bk_question *q,
                        const void *args, const struct bk_strings *positional,
                        struct bk_err *err)
{
    bool writes = q->writes && q->writes(positional);
    struct bk_report *report = NULL;
    if (!bk_cli_open_output(cli, err) ||
        !bk_cli_open(cli, writes ? BK_CMD_WRITE : BK_CMD_READ, err) ||
        !bk_api_ask(cli->warehouse, q, args, positional, &cli->common.where, &report,
                    err))
        return 0;
    int status = bk_cli_render(cli, report, err);
    bk_report_free(report);
    return status;
}

static int run_command(struct bk_cli *cli, const struct bk_cmd *c, const void *args,
                       const struct bk_strings *positional, struct bk_err *err)
{
    if (cli->common.where.n > 0 && !c->takes_where) {
        bk_fail(err, BK_EUSAGE, "--where does not go with '%s'", c->name);
        return 0;
    }
    return bk_cli_open(cli, c->db, err) ? c->run(cli, args, positional, err) : 0;
}

static void print_help(const char *name)
{
    struct bk_buf b = {0};
    if (!name || !bk_cli_page(name, &b))
        bk_cli_overview(&b);
    fwrite(b.ptr, 1, b.len, stdout);
    bk_buf_free(&b);
}

/* What commands and questions have in common. */
struct verb {
    const char *args;
    const struct bk_opt *options;
    size_t args_size, min_args, max_args;
};

static struct verb verb_of(const struct call *call)
{
    const struct bk_cmd *c = call->cmd;
    const struct bk_question *q = call->question;
    if (c)
        return (struct verb){c->args, c->options, c->args_size, c->min_args,
                             c->max_args};
    if (q)
        return (struct verb){q->args, q->options, q->args_size, q->min_positional,
                             q->max_positional};
    return (struct verb){0}; /* neither: main has refused the call */
}

static int dispatch(struct bk_cli *cli, struct call *call, struct bk_err *err)
{
    struct verb verb = verb_of(call);
    struct bk_strings positional = {0};
    void *args = bk_alloc(cli->arena, verb.args_size > 0 ? verb.args_size : 1);
    if (!bk_opt_parse(cli->arena, verb.options, args, bk_common_opts, &cli->common,
                      (int)call->argc, call->argv, &positional, err))
        return 0;
    if (cli->common.help) {
        print_help(call->name);
        return 0;
    }
    cli->db_path = cli->common.db ? cli->common.db : default_path(cli->arena);
    if (!bk_api_check_positional(call->name, verb.args, &positional, verb.min_args,
                                 verb.max_args, err))
        return 0;
    return call->cmd ? run_command(cli, call->cmd, args, &positional, err)
                     : run_question(cli, call->question, args, &positional, err);
}

/* Without a command: --version and --help, or the overview as a usage error. */
static int without_command(struct bk_cli *cli, struct call *call, struct bk_err *err)
{
    struct bk_strings none = {0};
    if (!bk_opt_parse(cli->arena, NULL, NULL, bk_common_opts, &cli->common,
                      (int)call->argc, call->argv, &none, err))
        return 0;
    if (cli->common.version) {
        printf("benchkeep %s\n", bk_version());
        return 0;
    }
    if (cli->common.help) {
        print_help(NULL);
        return 0;
    }
    struct bk_buf b = {0};
    bk_cli_overview(&b);
    fwrite(b.ptr, 1, b.len, stderr);
    bk_buf_free(&b);
    return bk_exit_status(BK_EUSAGE);
}

static int run(int argc, char **argv, struct bk_cli *cli, struct bk_err *err)
{
    struct call call = {0};
    split(cli->arena, argc, argv, &call);
    if (!call.name)
        return without_command(cli, &call, err);
    return find_command(cli, &call, err) ? dispatch(cli, &call, err) : 0;
}

int main(int argc, char **argv)
{
    struct bk_err err = {0};
    struct bk_cli cli = {.arena = bk_arena_new()};
    bk_api_own_process();
    signal(SIGPIPE, SIG_IGN);
    int status = run(argc, argv, &cli, &err);
    errno = 0;
    if (fflush(stdout) != 0 && err.code == BK_OK && errno != EPIPE)
        bk_fail_errno(&err, errno, "cannot write to standard output");
    if (err.code != BK_OK) {
        status = bk_exit_status(err.code);
        /* A closed pipe (head, a pager) is a failure without a message. */
        if (err.msg[0])
            fprintf(stderr, "benchkeep: %s\n", err.msg);
    }
    if (cli.out) {
        struct bk_err ignored = {0};
        bk_out_close(cli.out, false, &ignored);
    }
    bk_close(cli.warehouse);
    bk_arena_free(cli.arena);
    return status;
}
