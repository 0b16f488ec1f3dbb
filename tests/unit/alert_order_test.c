/* Sinks in, an order out, and the same sinks of it: what was not said stays so, what is too long is refused. */
#include "alert/order.h"

#include "tests/check.h"
#include <stdlib.h>
#include <string.h>

static char token[] = "open sesame";
static const struct alert_sink all[] = {
    { ALERT_WEBHOOK, "https://127.0.0.1/x", "/etc/ca.pem", token, SEVERITY_ERROR, GROUP_ALL, { 1 }, { 2 } },
    { ALERT_SYSLOG, "/dev/log", NULL, NULL, SEVERITY_INFO, GROUP_NONE, { 0 }, { 60 } },
};

static bool same(const char *a, const char *b) { return a && b ? !strcmp(a, b) : a == b; }

static void there_and_back(void)
{
    struct alert_order *o = malloc(sizeof *o), *other = malloc(sizeof *other);
    memset(o, 0xaa, sizeof *o);
    memset(other, 0x55, sizeof *other);
    CHECK(!alert_order_make(o, all, COUNT(all)) && !alert_order_make(other, all, COUNT(all)));
    CHECK(o->count == COUNT(all) && other->count == COUNT(all));
    CHECK(!alert_said_same(&o->said[0], &o->said[1]));
    for (unsigned i = 0; i < o->count; i++) /* whatever lay there before */
        CHECK(alert_said_same(&o->said[i], &other->said[i]));
    other->said[0].token[0] ^= 1;
    CHECK(!alert_said_same(&o->said[0], &other->said[0]));
    for (unsigned i = 0; i < o->count; i++) {
        struct alert_sink s = alert_order_sink(&o->said[i]);
        CHECK(s.kind == all[i].kind && s.least == all[i].least && s.group == all[i].group);
        CHECK(s.wait.ns == all[i].wait.ns && s.resend.ns == all[i].resend.ns);
        CHECK(same(s.target, all[i].target) && same(s.ca, all[i].ca) && same(s.token, all[i].token));
    }
    free(o);
    free(other);
}

static void too_long(void)
{
    struct alert_order *o = malloc(sizeof *o);
    char *words = malloc(ALERT_TARGET + 1);
    struct alert_sink s = { .kind = ALERT_COMMAND, .target = words };
    memset(words, 'x', ALERT_TARGET);
    words[ALERT_TARGET] = '\0';
    CHECK(alert_order_make(o, &s, 1));
    words[ALERT_TARGET - 1] = '\0';
    CHECK(!alert_order_make(o, &s, 1) && strlen(o->said[0].target) == ALERT_TARGET - 1);
    CHECK(alert_order_make(o, all, ALERT_SINKS + 1)); /* none of them is looked at */
    free(words);
    free(o);
}

int main(void)
{
    there_and_back();
    too_long();
    return CHECK_END();
}
