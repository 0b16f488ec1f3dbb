/* What the three kinds of sinks share. */
#ifndef ALERT_SENDER_INTERNAL_H
#define ALERT_SENDER_INTERNAL_H

#include "alert/sender.h"

struct sender {
    const struct alert_sink *sink;
    struct buf body;
    void *curl;
    int fd; /* syslog; -1: not connected */
    char host[256];
};

enum sent webhook_send(struct sender *, const struct desk_batch *, uint32_t *done, char why[200]);
enum sent syslog_send(struct sender *, const struct desk_batch *, uint32_t *done, char why[200]);
enum sent command_send(struct sender *, const struct desk_batch *, uint32_t *done, char why[200]);
const char *webhook_lacks(void);
bool webhook_open(struct sender *);
void webhook_close(struct sender *);
/* By the wall clock. What is not told again by then is over, for whoever keeps the time: three times `resend`. */
struct stamp sender_until(const struct alert_sink *);

#endif
