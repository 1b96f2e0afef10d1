/* The interrupt of the keyboard, and a request to end: looked at between steps.  The
 * second one ends the program at once. */
#include "command.h"

#include <signal.h>
#include <unistd.h>

/* A signal handler can only reach what is static. */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    if (interrupted)
        _exit(128 + SIGINT);
    interrupted = 1;
}

void bk_cli_catch_interrupt(void)
{
    struct sigaction act = {.sa_handler = on_interrupt};
    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

bool bk_cli_interrupted(void)
{
    return interrupted != 0;
}
