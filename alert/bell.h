/* The process that rings: alerts come in by a socket, and each sink has a thread that tells it of them. An order that
 * comes there changes who is rung. */
#ifndef ALERT_BELL_H
#define ALERT_BELL_H

#include "alert/order.h"

/* Until the socket ends, and all is told or a few seconds have passed. The order is kept up to date. An exit status. */
int bell_run(int socket, struct alert_order *);

#endif
