/* What goes on in; datagrams to the service manager out. */
#include "cli/notify.h"

#include "base/wall.h"
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int to = -1;
static int64_t every_us, last_us; /* between two signs of life */

static int64_t now_us(void) { return wall_steady().ns / 1000; }

/* The wait is for us if it names our process, or none. */
static void read_watchdog(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    if (usec && (!pid || strtol(pid, NULL, 10) == (long)getpid()))
        every_us = strtoll(usec, NULL, 10) / 3;
}

void notify_open(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const char *path = getenv("NOTIFY_SOCKET");
    size_t n = path ? strlen(path) : 0;
    if (!n || n >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(address.sun_path, path, n);
    if (path[0] == '@') /* of the abstract name space */
        address.sun_path[0] = '\0';
    to = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (to >= 0 && connect(to, (const struct sockaddr *)&address,
                           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n))) {
        close(to);
        to = -1;
    }
    read_watchdog();
}

static void say(const char *words)
{
    if (to >= 0 && send(to, words, strlen(words), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == ECONNREFUSED) {
        close(to); /* whoever listened is gone */
        to = -1;
    }
}

void notify_ready(const char *status)
{
    char words[400];
    snprintf(words, sizeof words, "READY=1\nSTATUS=%.300s", status);
    say(words);
}

void notify_reloading(void)
{
    char words[80];
    snprintf(words, sizeof words, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)now_us());
    say(words);
}

void notify_watchdog(void)
{
    int64_t now = every_us ? now_us() : 0;
    if (!every_us || now - last_us < every_us)
        return;
    last_us = now;
    say("WATCHDOG=1");
}

void notify_stopping(void) { say("STOPPING=1"); }
