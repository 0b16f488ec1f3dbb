/* What the user says of a sink: read, or what is wrong with it; and what of it may be shown. */
#include "alert/sender.h"
#include "alert/spec.h"
#include "tests/check.h"

static void readable(void)
{
    static const struct {
        enum alert_kind kind;
        const char *words, *wrong, *target, *shown;
    } cases[] = {
        { ALERT_WEBHOOK, "http://h/p", NULL, "http://h/p", "--webhook http://h" },
        { ALERT_WEBHOOK, "severity=error  group=all wait=0s resend=1m token=env:T https://u:secret@h:8/p?k=1",
          NULL, "https://u:secret@h:8/p?k=1", "--webhook https://h:8" },
        { ALERT_WEBHOOK, "ftp://h/p", "takes an http or https URL", "", "" },
        { ALERT_WEBHOOK, "http://h severity=error",
          "takes one address, with its settings (severity=, group=, wait=, "
          "resend=) before it",
          "", "" },
        { ALERT_WEBHOOK, "severity=bad http://h", "takes severity=info, warning or error", "", "" },
        { ALERT_WEBHOOK, "group=x http://h", "takes group=subject, code, all or none", "", "" },
        { ALERT_WEBHOOK, "wait=5 http://h", "takes a length of time, such as wait=5s", "", "" },
        { ALERT_WEBHOOK, "resend=0s http://h", "takes a length of time, such as resend=1h", "", "" },
        { ALERT_SYSLOG, "udp://[2001:db8::1]:514", NULL, "udp://[2001:db8::1]:514",
          "--syslog udp://[2001:db8::1]:514" },
        { ALERT_SYSLOG, "/dev/log", NULL, "/dev/log", "--syslog /dev/log" },
        { ALERT_SYSLOG, "host", "takes udp://HOST[:PORT], tcp://HOST[:PORT] or the path of a socket", "",
          "" },
        { ALERT_SYSLOG, "token=env:X /dev/log", "takes token= and ca= with a webhook only", "", "" },
        { ALERT_COMMAND, "severity=info wait=1m  mail -s \"a=b\" me", NULL, "mail -s \"a=b\" me",
          "--alert-command mail" },
        { ALERT_COMMAND, "severity=info", "names nobody to ring", "", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200], shown[128], *token;
        struct alert_sink s;
        snprintf(text, sizeof text, "%s", cases[i].words);
        const char *wrong = alert_spec(cases[i].kind, text, &s, &token);
        CHECK_TEXT(wrong ? wrong : "", cases[i].wrong ? cases[i].wrong : "");
        if (wrong || cases[i].wrong)
            continue;
        alert_spec_shown(&s, shown);
        CHECK_TEXT(s.target, cases[i].target);
        CHECK_TEXT(shown, cases[i].shown);
    }
}

/* RFC 5424 6: what ends a value or a message early is escaped. */
static void syslog_line(void)
{
    struct alert a = { .severity = SEVERITY_ERROR,
                       .about = ALERT_PEERING,
                       .firing = true,
                       .finding = 7,
                       .count = 2,
                       .first = { 1772359200 * NS_PER_S } };
    struct buf out = buf_init(4096);
    snprintf(a.name, sizeof a.name, "bgp-x");
    snprintf(a.subject, sizeof a.subject, "a\"b]c\\d");
    snprintf(a.summary, sizeof a.summary, "two\nlines");
    alert_syslog(&a, "tap", 12, &out);
    CHECK_TEXT(buf_text(&out),
               "<27>1 2026-03-01T10:00:00.000000Z tap routetap 12 finding [routetap@32473 status=\"firing\" "
               "code=\"bgp-x\" severity=\"error\" peering=\"a\\\"b\\]c\\\\d\" count=\"2\"] "
               "\xef\xbb\xbf"
               "bgp-x: two lines");
    a.firing = false;
    a.last = a.first;
    buf_clear(&out);
    alert_syslog(&a, "", 12, &out);
    CHECK(!strncmp(buf_text(&out), "<29>1 2026-03-01T10:00:00.000000Z - routetap", 44));
    buf_free(&out);
}

int main(void)
{
    readable();
    syslog_line();
    return CHECK_END();
}
