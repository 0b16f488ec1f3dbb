/* Findings as lines: what is news, and how often what goes on is told. */
#include "store/lines.h"

#include "tests/check.h"

enum { MINUTE = 60, HOUR = 3600 };

/* Tells it every ten seconds of this long; how many lines that gave. */
static unsigned lines_of(struct lines *l, FILE *to, struct finding *f, unsigned seconds)
{
    unsigned lines = 0;
    long begin = ftell(to);
    for (unsigned passed = 0; passed < seconds; passed += 10) {
        struct outbox o = { 0 };
        f->last.ns += 10 * NS_PER_S;
        f->count++;
        outbox_add(&o, &(struct event){ .kind = EVENT_FINDING, .as.finding = f });
        CHECK(lines_write(l, &o));
        outbox_free(&o);
    }
    fseek(to, begin, SEEK_SET);
    for (int c; (c = fgetc(to)) != EOF;)
        lines += c == '\n';
    return lines;
}

static void seldom(void)
{
    FILE *to = tmpfile();
    struct lines *l = lines_new(to, &(struct lines_options){ .least = SEVERITY_INFO });
    struct finding f = {
        .id = 1, .code = CODE_ROUTE_FLAPPING, .severity = SEVERITY_WARNING, .title = "flaps"
    };
    f.first = f.last = (struct stamp){ .ns = 1000 * NS_PER_S };
    CHECK(lines_of(l, to, &f, 10) == 1);          /* opened */
    CHECK(lines_of(l, to, &f, 10 * MINUTE) == 3); /* after 1, 3 and 7 minutes */
    lines_of(l, to, &f, 2 * HOUR);
    CHECK(lines_of(l, to, &f, 24 * HOUR) == 24); /* once an hour */
    f.last.ns += 3 * HOUR * NS_PER_S;            /* it rested: what comes now is news */
    CHECK(lines_of(l, to, &f, 10 * MINUTE) == 4);
    f.severity = SEVERITY_ERROR; /* so is what gets graver, at once */
    CHECK(lines_of(l, to, &f, 10) == 1);
    lines_free(l);
    fclose(to);
}

int main(void)
{
    seldom();
    return CHECK_END();
}
