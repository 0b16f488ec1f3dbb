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
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEPT_MOST = 4096, STOP_MS = 8000, ORDER_MS = 1000, AGAIN_S = 2, SOCKET_BYTES = 1 << 22 };

/* What waits to be handed on: an alert, or one of before. */
struct parcel {
    size_t size;
    unsigned char bytes[];
};

struct alerter {
    int to; /* -1: nobody is there any more */
    struct parcel **kept;
    void (*told)(void *, const struct alert_told *);
    void *told_to;
    uint32_t first, count;
    uint64_t lost, lost_told;
    /* the last one that was sent; shared with the processes that ring, of which a later one begins with what an earlier
     * one was told */
    struct alert_order *order;
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
static void watch_over(int socket, struct alert_order *order)
{
    for (;;) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(bell_run(socket, order));
        int status = 0;
        while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
        if (pid > 0 && WIFEXITED(status))
            _exit(WEXITSTATUS(status));
        log_line(LOG_ERROR, "the process that rings alerts ended unexpectedly; another one takes its place");
        sleep(AGAIN_S);
    }
}

static struct alerter *make(void)
{
    struct alerter *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->to = -1;
    a->kept = calloc(KEPT_MOST, sizeof(*a->kept));
    a->order = mmap(NULL, sizeof *a->order, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (a->kept && a->order != MAP_FAILED)
        return a;
    if (a->order != MAP_FAILED)
        munmap(a->order, sizeof *a->order);
    free(a->kept);
    free(a);
    return NULL;
}

struct alerter *alerter_start(const struct alert_sink *sinks, unsigned count, char message[300])
{
    int ends[2];
    const int bytes = SOCKET_BYTES;
    struct alerter *a = make();
    const char *wrong = a ? alert_order_make(a->order, sinks, count) : strerror(errno);
    if (!wrong && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
        wrong = strerror(errno);
    if (wrong) {
        snprintf(message, 300, "alerts cannot be sent: %s", wrong);
        alerter_stop(a);
        return NULL;
    }
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        keep_from_signals();
        let_go_of_files(ends[1]);
        watch_over(ends[1], a->order);
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
static bool hand_on(struct alerter *a, const void *bytes, size_t size)
{
    if (a->to < 0 || send(a->to, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
        return true;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == EINTR)
        return false;
    log_line(LOG_ERROR, "the process that rings alerts is gone: %s", strerror(errno));
    close(a->to);
    a->to = -1;
    return true;
}

void alerter_hear(struct alerter *a, void (*told)(void *, const struct alert_told *), void *to)
{
    a->told = told;
    a->told_to = to;
}

/* False when there is nothing (more) to be heard now. */
static bool hear(struct alerter *a)
{
    struct alert_told told;
    ssize_t n = a->to >= 0 ? recv(a->to, &told, sizeof told, MSG_DONTWAIT) : -1;
    if (n == (ssize_t)sizeof told && a->told)
        a->told(a->told_to, &told);
    return n > 0;
}

void alerter_flush(struct alerter *a)
{
    while (hear(a))
        continue;
    while (a->count && hand_on(a, a->kept[a->first]->bytes, a->kept[a->first]->size)) {
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

static void give(struct alerter *a, const void *bytes, size_t size)
{
    alerter_flush(a);
    if (!a->count && hand_on(a, bytes, size))
        return;
    struct parcel *copy = a->count < KEPT_MOST ? malloc(sizeof *copy + size) : NULL;
    if (!copy) {
        a->lost++;
        return;
    }
    copy->size = size;
    memcpy(copy->bytes, bytes, size);
    a->kept[(a->first + a->count++) % KEPT_MOST] = copy;
}

void alerter_ring(struct alerter *a, const struct alert *one) { give(a, one, sizeof *one); }
void alerter_know(struct alerter *a, const struct alert_before *one) { give(a, one, sizeof *one); }

/* The other process may be busy with many alerts, so that there is no room for a moment. */
static bool send_order(const struct alerter *a, const struct alert_order *o)
{
    struct pollfd p = { .fd = a->to, .events = POLLOUT };
    while (a->to >= 0 && send(a->to, o, sizeof *o, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
        bool full = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
        if (errno != EINTR && (!full || poll(&p, 1, ORDER_MS) <= 0))
            return false;
    }
    return a->to >= 0;
}

bool alerter_change(struct alerter *a, const struct alert_sink *sinks, unsigned count)
{
    struct alert_order *o = malloc(sizeof *o);
    const char *wrong = o ? alert_order_make(o, sinks, count) : "not enough memory";
    if (!wrong && !send_order(a, o))
        wrong = "the process that rings does not listen";
    if (wrong)
        log_line(LOG_ERROR, "who is rung stays as it was: %s", wrong);
    if (o)
        memset(o, 0, sizeof *o); /* with its tokens */
    free(o);
    return !wrong;
}

/* What is taken until the other process ends, or says nothing for long. */
static void hear_out(struct alerter *a)
{
    struct pollfd p = { .fd = a->to, .events = POLLIN };
    while (poll(&p, 1, STOP_MS) > 0 && hear(a))
        continue;
}

void alerter_stop(struct alerter *a)
{
    if (!a)
        return;
    for (int i = 0; a->count && a->to >= 0 && i < 20; i++) {
        struct pollfd p = { .fd = a->to, .events = POLLOUT };
        poll(&p, 1, 100);
        alerter_flush(a);
    }
    if (a->to >= 0) {
        shutdown(a->to, SHUT_WR);
        hear_out(a);
        close(a->to);
    }
    while (a->count) {
        free(a->kept[a->first]);
        a->first = (a->first + 1) % KEPT_MOST;
        a->count--;
    }
    munmap(a->order, sizeof *a->order);
    free(a->kept);
    free(a);
}
