/* A sink as the user says it: "severity=warning group=all wait=5s resend=1h http://127.0.0.1:9093/api/v2/alerts". */
#ifndef ALERT_SPEC_H
#define ALERT_SPEC_H

#include "alert/alert.h"

/* Cuts the text into words where it lies, and points into it. NULL, or what is wrong. *token: the word that names a
 * secret (file:PATH, env:NAME), for the caller to read; NULL for none. */
const char *alert_spec(enum alert_kind, char *text, struct alert_sink *, char **token);
/* What of the target may stand in a log: no path, no password. */
void alert_spec_shown(const struct alert_sink *, char text[128]);

#endif
