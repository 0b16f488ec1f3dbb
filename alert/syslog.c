/* A batch in; messages to a syslog server out: UDP (RFC 5426), TCP with octet counts (RFC 6587 3.4.1), or a socket on
 * this machine. */
#include "alert/sender_internal.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_S = 5, GRAM_MOST = 2000 }; /* RFC 5426 3.2: what every receiver takes is 2048 */

static bool failed(struct sender *s, const char *what, char why[200])
{
    snprintf(why, 200, "%s", what);
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    return false;
}

static bool connect_path(struct sender *s, char why[200])
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    size_t n = strlen(s->sink->target);
    if (n >= sizeof to.sun_path)
        return failed(s, "the path is too long", why);
    memcpy(to.sun_path, s->sink->target, n);
    s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (s->fd < 0 || connect(s->fd, (const struct sockaddr *)&to, sizeof to))
        return failed(s, strerror(errno), why);
    return true;
}

/* "udp://host", "tcp://[2001:db8::1]:6514" */
static bool split(const char *target, char host[256], char port[16])
{
    const char *text = target + 6, *end = *text == '[' ? strchr(text, ']') : text + strcspn(text, ":/");
    if (!end)
        return false;
    size_t skip = *text == '[', n = (size_t)(end - text) - skip;
    const char *colon = end + skip;
    if (!n || n >= 256)
        return false;
    memcpy(host, text + skip, n);
    host[n] = '\0';
    snprintf(port, 16, "%s", *colon == ':' ? colon + 1 : *target == 'u' ? "514" : "601");
    port[strcspn(port, "/")] = '\0';
    return true;
}

static bool connect_host(struct sender *s, char why[200])
{
    char host[256], port[16];
    bool gram = s->sink->target[0] == 'u';
    struct addrinfo want = { .ai_socktype = gram ? SOCK_DGRAM : SOCK_STREAM }, *all = NULL;
    if (!split(s->sink->target, host, port))
        return failed(s, "it is no address", why);
    int status = getaddrinfo(host, port, &want, &all);
    if (status)
        return failed(s, gai_strerror(status), why);
    const struct timeval patience = { .tv_sec = PATIENCE_S };
    int error = 0;
    for (const struct addrinfo *a = all; a && s->fd < 0; a = a->ai_next) {
        s->fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (s->fd < 0)
            continue;
        setsockopt(s->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (!connect(s->fd, a->ai_addr, a->ai_addrlen))
            break;
        error = errno;
        close(s->fd);
        s->fd = -1;
    }
    freeaddrinfo(all);
    return s->fd >= 0 || failed(s, strerror(error ? error : ENOTCONN), why);
}

/* A connection that its other end has closed would swallow what is written first. */
static bool gone(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN | POLLRDHUP };
    return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

static bool write_all(struct sender *s, const char *bytes, size_t n, char why[200])
{
    while (n) {
        ssize_t sent = send(s->fd, bytes, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return failed(s, errno == EAGAIN ? "it takes nothing" : strerror(errno), why);
        bytes += sent;
        n -= (size_t)sent;
    }
    return true;
}

static bool send_one(struct sender *s, const struct alert *a, char why[200])
{
    bool stream = s->sink->target[0] == 't';
    if (s->fd >= 0 && gone(s->fd))
        failed(s, "it closed the connection", why);
    if (s->fd < 0 && !(*s->sink->target == '/' ? connect_path(s, why) : connect_host(s, why)))
        return false;
    buf_clear(&s->body);
    alert_syslog(a, s->host, (long)getpid(), &s->body);
    if (!stream) {
        size_t n = s->body.used < GRAM_MOST ? s->body.used : GRAM_MOST;
        return send(s->fd, buf_text(&s->body), n, MSG_NOSIGNAL) >= 0 || failed(s, strerror(errno), why);
    }
    char count[24];
    int n = snprintf(count, sizeof count, "%zu ", s->body.used);
    return write_all(s, count, (size_t)n, why) && write_all(s, buf_text(&s->body), s->body.used, why);
}

/* Of a datagram that nobody took the ICMP error tells a moment later, if anything does. */
static bool nobody_there(struct sender *s, char why[200])
{
    enum { MOMENT_MS = 50 };
    struct pollfd p = { .fd = s->fd };
    int error = 0;
    socklen_t n = sizeof error;
    if (s->sink->target[0] != 'u' || poll(&p, 1, MOMENT_MS) <= 0 ||
        getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &n) || !error)
        return false;
    failed(s, strerror(error), why);
    return true;
}

enum sent syslog_send(struct sender *s, const struct desk_batch *b, uint32_t *done, char why[200])
{
    for (*done = 0; *done < b->count; ++*done)
        if (!send_one(s, b->list[*done], why))
            return SENT_LATER;
    if (!nobody_there(s, why))
        return SENT_ALL;
    *done = 0;
    return SENT_LATER;
}
