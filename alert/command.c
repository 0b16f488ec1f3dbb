/* A batch in; a command run with it out: the alerts as JSON on its standard input, what is most needed in its
 * environment. Nothing that came from the wire is ever a part of the command itself. */
#include "alert/sender_internal.h"

#include "base/wall.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { PATIENCE_S = 30, OWN = 6, VALUE = 480, CHUNK = 4096 };

static char **environment(const struct desk_batch *b, char values[OWN][VALUE])
{
    const struct alert *worst = b->list[0];
    uint32_t firing = 0;
    size_t n = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        const struct alert *a = b->list[i];
        firing += a->firing;
        if (a->firing > worst->firing || (a->firing == worst->firing && a->severity > worst->severity))
            worst = a;
    }
    while (environ[n])
        n++;
    char **all = calloc(n + OWN + 1, sizeof *all);
    if (!all)
        return NULL;
    snprintf(values[0], VALUE, "ROUTETAP_STATUS=%s", firing ? "firing" : "resolved");
    snprintf(values[1], VALUE, "ROUTETAP_SEVERITY=%s", severity_name(worst->severity));
    snprintf(values[2], VALUE, "ROUTETAP_CODE=%s", worst->name);
    snprintf(values[3], VALUE, "ROUTETAP_SUBJECT=%s", worst->subject);
    snprintf(values[4], VALUE, "ROUTETAP_SUMMARY=%s", worst->summary);
    snprintf(values[5], VALUE, "ROUTETAP_COUNT=%u", (unsigned)b->count);
    memcpy(all, environ, n * sizeof *all);
    for (size_t i = 0; i < OWN; i++)
        all[n + i] = values[i];
    return all;
}

/* In a process group of its own, so that what it starts can be ended with it. */
static pid_t start(const struct sender *s, const struct desk_batch *b, int in)
{
    char values[OWN][VALUE], sh[] = "/bin/sh", c[] = "-c";
    char *line = strdup(s->sink->target), **all = environment(b, values);
    char *const words[] = { sh, c, line, NULL };
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t usual;
    pid_t pid = -1;
    sigemptyset(&usual);
    sigaddset(&usual, SIGINT);
    sigaddset(&usual, SIGTERM);
    sigaddset(&usual, SIGHUP);
    sigaddset(&usual, SIGPIPE);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigdefault(&how, &usual);
    posix_spawnattr_setpgroup(&how, 0);
    int status = line && all ? posix_spawn(&pid, sh, &files, &how, words, all) : ENOMEM;
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    free(line);
    free(all);
    errno = status;
    return status ? -1 : pid;
}

static long seconds(void) { return (long)(wall_steady().ns / NS_PER_S); }

/* What it does not read is no concern of ours. */
static void feed(int out, const struct buf *body, long until)
{
    size_t at = 0;
    while (at < body->used) {
        struct pollfd p = { .fd = out, .events = POLLOUT };
        long left = until - seconds();
        if (left <= 0 || poll(&p, 1, (int)left * 1000) <= 0)
            return;
        ssize_t n = write(out, buf_text(body) + at, body->used - at < CHUNK ? body->used - at : CHUNK);
        if (n <= 0)
            return;
        at += (size_t)n;
    }
}

/* Its exit status; -1: it did not end in time, or by a signal. */
static int wait_for(pid_t pid, long until)
{
    int status;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (seconds() >= until) {
            kill(-pid, SIGKILL);
            waitpid(pid, &status, 0);
            return -1;
        }
        wall_sleep(SPAN_MS(20));
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

enum sent command_send(struct sender *s, const struct desk_batch *b, uint32_t *done, char why[200])
{
    int ends[2];
    long until = seconds() + PATIENCE_S;
    *done = 0;
    buf_clear(&s->body);
    alert_json(b, sender_until(s->sink), &s->body);
    if (pipe2(ends, O_CLOEXEC)) {
        snprintf(why, 200, "%s", strerror(errno));
        return SENT_LATER;
    }
    pid_t pid = start(s, b, ends[0]);
    int error = errno;
    close(ends[0]);
    if (pid > 0)
        feed(ends[1], &s->body, until);
    close(ends[1]);
    if (pid < 0) {
        snprintf(why, 200, "%s", strerror(error));
        return SENT_LATER;
    }
    int status = wait_for(pid, until);
    if (!status) {
        *done = b->count;
        return SENT_ALL;
    }
    if (status < 0)
        snprintf(why, 200, "it did not end within %d seconds, or by a signal", (int)PATIENCE_S);
    else
        snprintf(why, 200, "it ended with status %d", status);
    return SENT_LATER;
}
