/* Words for the service manager (sd_notify(3)'s protocol: datagrams to the socket that NOTIFY_SOCKET names). Where
 * there is none, nothing happens. */
#ifndef CLI_NOTIFY_H
#define CLI_NOTIFY_H

#include <stdbool.h>

/* Before rights are given up. */
void notify_open(void);
void notify_ready(const char *status);
void notify_reloading(void);
/* We are alive; often enough is as often as one likes. */
void notify_watchdog(void);
void notify_stopping(void);

#endif
