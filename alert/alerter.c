/* Alerts in; datagrams to the process that rings out. */
#include "alert/alerter.h"

#include "alert/bell.h"
#include "base/log.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEPT_MOST = 4096, STOP_MS = 8000, AGAIN_S = 2, SOCKET_BYTES = 1 << 22 };

struct alerter {
    int to; /* -1: nobody is there any more */
    struct alert **kept;
    uint32_t first, count;
    uint64_t lost, lost_told;
};

/* ---- the other process ---- */

/* It has the socket and standard error, and nothing else of what its parent has open. */
static void let_go_of_files(int socket)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) {
        dup2(nothing, STDIN_FILENO);
        dup2(nothing, STDOUT_FILENO);
    }
    long most = sysconf(_SC_OPEN_MAX);
    for (int fd = STDERR_FILENO + 1; fd < (most > 0 && most < 4096 ? most : 4096); fd++)
        if (fd != socket)
            close(fd);
}

/* It ends when its parent is gone, and all is told; not before, whatever signal the terminal or the service manager
 * sends to all. */
static void keep_from_signals(void)
{
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
}

/* A worker that dies (a library's fault, a lack of memory) is replaced: it knows less than the one before, but it
 * rings. */
static void watch_over(int socket, const struct alert_sink *sinks, unsigned count)
{
    for (;;) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(bell_run(socket, sinks, count));
        int status = 0;
        while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
        if (pid > 0 && WIFEXITED(status))
            _exit(WEXITSTATUS(status));
        log_line(LOG_ERROR, "the process that rings alerts ended unexpectedly; another one takes its place");
        sleep(AGAIN_S);
    }
}

struct alerter *alerter_start(const struct alert_sink *sinks, unsigned count, char message[300])
{
    int ends[2];
    const int bytes = SOCKET_BYTES;
    struct alerter *a = calloc(1, sizeof *a);
    if (a)
        a->kept = calloc(KEPT_MOST, sizeof(*a->kept));
    if (!a || !a->kept || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
        snprintf(message, 300, "alerts cannot be sent: %s", strerror(errno));
        if (a)
            free(a->kept);
        free(a);
        return NULL;
    }
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        keep_from_signals();
        let_go_of_files(ends[1]);
        watch_over(ends[1], sinks, count);
    }
    close(ends[1]);
    a->to = ends[0];
    if (pid > 0)
        return a;
    snprintf(message, 300, "alerts cannot be sent: %s", strerror(errno));
    alerter_stop(a);
    return NULL;
}

/* ---- our end ---- */

/* False: it takes nothing now. */
static bool hand_on(struct alerter *a, const struct alert *one)
{
    if (a->to < 0 || send(a->to, one, sizeof *one, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
        return true;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == EINTR)
        return false;
    log_line(LOG_ERROR, "the process that rings alerts is gone: %s", strerror(errno));
    close(a->to);
    a->to = -1;
    return true;
}

void alerter_flush(struct alerter *a)
{
    while (a->count && hand_on(a, a->kept[a->first])) {
        free(a->kept[a->first]);
        a->first = (a->first + 1) % KEPT_MOST;
        a->count--;
    }
    if (a->lost == a->lost_told || a->count)
        return;
    log_line(LOG_WARNING, "%llu alerts were lost: they came faster than they could be handed on",
             (unsigned long long)(a->lost - a->lost_told));
    a->lost_told = a->lost;
}

void alerter_ring(struct alerter *a, const struct alert *one)
{
    alerter_flush(a);
    if (!a->count && hand_on(a, one))
        return;
    struct alert *copy = a->count < KEPT_MOST ? malloc(sizeof *copy) : NULL;
    if (!copy) {
        a->lost++;
        return;
    }
    *copy = *one;
    a->kept[(a->first + a->count++) % KEPT_MOST] = copy;
}

void alerter_stop(struct alerter *a)
{
    char nothing;
    if (!a)
        return;
    for (int i = 0; a->count && a->to >= 0 && i < 20; i++) {
        struct pollfd p = { .fd = a->to, .events = POLLOUT };
        poll(&p, 1, 100);
        alerter_flush(a);
    }
    if (a->to >= 0) {
        shutdown(a->to, SHUT_WR);
        struct pollfd p = { .fd = a->to, .events = POLLIN };
        if (poll(&p, 1, STOP_MS) > 0 && recv(a->to, &nothing, 1, 0) > 0)
            nothing = 0;
        close(a->to);
    }
    while (a->count) {
        free(a->kept[a->first]);
        a->first = (a->first + 1) % KEPT_MOST;
        a->count--;
    }
    free(a->kept);
    free(a);
}
