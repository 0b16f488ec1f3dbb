/* Reviews while live: what is found before the end, taken back when it is no longer so, and never in the way of the
 * last words. */
#include "tests/check.h"
#include "tests/make/make_talk.h"

#include "state/findings.h"

/* ---- findings alone ---- */

struct desk {
    struct findings f;
    struct outbox out;
};

static void say(struct desk *d, enum finding_code code, uint32_t peering, double when, const char *title,
                uint64_t frame)
{
    struct draft *draft =
        draft_begin(&d->f, code, CONFIDENCE_CERTAIN, (struct stamp){ (int64_t)(when * 1e9) });
    draft->peering = peering;
    draft_title(draft, "%s", title);
    draft_evidence(draft, (struct stream_ref){ .frame = frame, .when = draft->when }, "note");
    draft_end(&d->f, draft);
}

static struct stamp at(double s) { return (struct stamp){ (int64_t)(s * 1e9) }; }

/* The events since the last call, as "id code over/count title". */
static const char *told(struct desk *d)
{
    static char text[2000];
    text[0] = '\0';
    for (uint32_t i = 0; i < d->out.count; i++) {
        const struct finding *f = d->out.list[i].as.finding;
        size_t n = strlen(text);
        snprintf(text + n, sizeof text - n, "%s%u:%s:%s", n ? " " : "", (unsigned)f->id, f->title,
                 f->over ? "over" : "");
        n = strlen(text);
        if (!f->over)
            snprintf(text + n, sizeof text - n, "%u", (unsigned)f->count);
    }
    outbox_clear(&d->out);
    return text;
}

static void begin(struct desk *d)
{
    *d = (struct desk){ 0 };
    findings_init(&d->f, 100, &d->out);
}
static void end(struct desk *d)
{
    findings_free(&d->f);
    outbox_free(&d->out);
}

static const enum finding_code A = CODE_BGP_CONNECT_NO_REPLY, B = CODE_BGP_OPEN_NO_REPLY;

static void opens_and_closes(void)
{
    struct desk d;
    begin(&d);
    findings_review_begin(&d.f, 7);
    say(&d, A, 7, 10, "silent", 1);
    CHECK_TEXT(told(&d), "");
    findings_review_end(&d.f, 7, at(10));
    CHECK_TEXT(told(&d), "1:silent:1");
    CHECK(findings_in_review(&d.f, 7) && !findings_in_review(&d.f, 8));
    findings_review_begin(&d.f, 7);
    say(&d, A, 7, 11, "silent", 1);
    findings_review_end(&d.f, 7, at(11));
    CHECK_TEXT(told(&d), ""); /* it lasts: that is no news */
    CHECK(d.f.list[0]->first.ns == at(10).ns && d.f.list[0]->last.ns == at(11).ns && d.f.list[0]->count == 1);
    findings_review_begin(&d.f, 7);
    say(&d, A, 7, 12, "silent for long", 1);
    findings_review_end(&d.f, 7, at(12));
    CHECK_TEXT(told(&d), "1:silent for long:1");
    findings_review_begin(&d.f, 7);
    findings_review_end(&d.f, 7, at(13));
    CHECK_TEXT(told(&d), "1:silent for long:over");
    CHECK(d.f.list[0]->last.ns == at(13).ns && !findings_in_review(&d.f, 7));
    /* when it is so again it is another one */
    findings_review_begin(&d.f, 7);
    say(&d, A, 7, 20, "silent", 9);
    findings_review_end(&d.f, 7, at(20));
    CHECK_TEXT(told(&d), "2:silent:1");
    CHECK(d.f.list[0]->first.ns == at(20).ns && d.f.list[0]->evidence_count == 1);
    end(&d);
}

/* A review on top of what happened: counted on top, and taken off again. */
static void on_top(void)
{
    struct desk d;
    begin(&d);
    say(&d, B, 7, 1, "once", 1);
    CHECK_TEXT(told(&d), "1:once:1");
    for (int i = 0; i < 3; i++) {
        findings_review_begin(&d.f, 7);
        say(&d, B, 7, 5, "and now", 2);
        findings_review_end(&d.f, 7, at(5));
        CHECK_TEXT(told(&d), i ? "" : "1:and now:2");
    }
    CHECK(d.f.list[0]->evidence_count == 2);
    /* it happens for good: what the review said is not counted twice */
    say(&d, B, 7, 6, "twice", 2);
    CHECK_TEXT(told(&d), "1:twice:2");
    findings_review_begin(&d.f, 7);
    findings_review_end(&d.f, 7, at(7));
    CHECK_TEXT(told(&d), ""); /* nothing to be taken back */
    findings_review_begin(&d.f, 7);
    say(&d, B, 7, 8, "thrice", 3);
    findings_review_end(&d.f, 7, at(8));
    CHECK_TEXT(told(&d), "1:thrice:3");
    findings_review_begin(&d.f, 7);
    findings_review_end(&d.f, 7, at(9));
    CHECK_TEXT(told(&d), "1:twice:2");
    end(&d);
}

/* Groups do not touch each other. */
static void groups(void)
{
    struct desk d;
    begin(&d);
    for (uint32_t p = 1; p <= 3; p++) {
        findings_review_begin(&d.f, p);
        say(&d, A, p, 1, "silent", p);
        findings_review_end(&d.f, p, at(1));
    }
    CHECK_TEXT(told(&d), "1:silent:1 2:silent:1 3:silent:1");
    findings_review_begin(&d.f, 2);
    findings_review_end(&d.f, 2, at(2));
    CHECK_TEXT(told(&d), "2:silent:over");
    CHECK(!d.f.list[0]->over && !d.f.list[2]->over);
    end(&d);
}

/* The last words are what they would be without any review. */
static void last_words(void)
{
    struct desk d;
    begin(&d);
    say(&d, B, 7, 1, "once", 1);
    findings_review_begin(&d.f, 7);
    say(&d, A, 7, 5, "silent", 2);
    say(&d, B, 7, 5, "now", 3);
    findings_review_end(&d.f, 7, at(5));
    findings_review_begin(&d.f, 0);
    say(&d, CODE_CAPTURE_TRUNCATED, 0, 5, "cut", 4);
    findings_review_end(&d.f, 0, at(5));
    told(&d);
    findings_undo_reviews(&d.f);
    say(&d, B, 7, 9, "at last", 5);
    say(&d, CODE_CAPTURE_TRUNCATED, 0, 9, "cut", 4);
    findings_close_reviews(&d.f, at(9));
    CHECK_TEXT(told(&d), "1:at last:2 3:cut:1 2:silent:over");
    CHECK(d.f.list[0]->evidence_count == 2 && d.f.list[0]->evidence[1].ref.frame == 5);
    CHECK(d.f.list[2]->first.ns == at(9).ns);
    end(&d);
}

static void forgets(void)
{
    struct desk d;
    begin(&d);
    say(&d, A, 1, 1, "old", 1);
    say(&d, A, 2, 50, "new", 2);
    findings_review_begin(&d.f, 3);
    say(&d, A, 3, 1, "lasts", 3);
    findings_review_end(&d.f, 3, at(2));
    told(&d);
    findings_forget(&d.f, at(40));
    CHECK_TEXT(told(&d), "1:old:over");
    CHECK(d.f.list[0]->old && d.f.count == 3);
    findings_forget(&d.f, at(40));
    CHECK(d.f.count == 2);
    say(&d, A, 1, 60, "again", 4);
    CHECK_TEXT(told(&d), "4:again:1");
    end(&d);
}

/* ---- an engine ---- */

static void review(struct talk *t)
{
    engine_advance(t->engine, t->now);
    talk_hear(t, engine_review(t->engine));
}

/* SYNs without an answer are told after a few seconds, and no longer when one comes. */
static void unanswered_then_answered(void)
{
    struct talk t;
    talk_begin(&t, "10.0.0.1", "10.0.0.2");
    talk_dial(&t, 0);
    talk_wait(&t, SPAN_S(2));
    talk_segment(&t, 0, TCP_SYN, t.seq[0] - 1, NULL, 0); /* sent again */
    review(&t);
    CHECK(!talk_finding(&t, "bgp-connect-no-reply"));
    talk_wait(&t, SPAN_S(2));
    review(&t);
    CHECK(talk_blames(&t, "bgp-connect-no-reply", 1));
    CHECK(talk_finding(&t, "bgp-connect-no-reply")->count == 1);
    talk_answer(&t, 1);
    talk_open(&t, 0, 65001, 9, 1);
    talk_open(&t, 1, 65002, 9, 2);
    talk_keepalive(&t, 0);
    talk_keepalive(&t, 1);
    talk_wait(&t, SPAN_S(1));
    review(&t);
    CHECK(!talk_finding(&t, "bgp-connect-no-reply"));
    CHECK(talk_peering(&t)->side[0].state == STATE_ESTABLISHED);
    talk_end(&t);
    CHECK(!talk_finding(&t, "bgp-connect-no-reply"));
    engine_free(t.engine);
}

/* With reviews every second or with none: the same end. */
static void same_end(void)
{
    char words[2][400];
    for (int live = 0; live < 2; live++) {
        struct talk t;
        talk_begin(&t, "10.0.0.1", "10.0.0.2");
        talk_dial(&t, 0);
        talk_answer(&t, 1);
        talk_open(&t, 0, 65001, 9, 1);
        for (int i = 0; i < 6; i++) {
            talk_wait(&t, SPAN_S(1));
            if (live)
                review(&t);
        }
        CHECK_CASE(live ? "live" : "offline", !live || talk_finding(&t, "bgp-open-no-reply"));
        talk_ack(&t, 1);
        talk_end(&t);
        const struct finding *f = talk_finding(&t, "bgp-open-no-reply");
        CHECK(f != NULL);
        snprintf(words[live], sizeof words[live], "%s %u %lld %lld %s", f ? f->title : "none",
                 f ? (unsigned)f->count : 0, f ? (long long)f->first.ns : 0, f ? (long long)f->last.ns : 0,
                 f ? f->explanation : "");
        engine_free(t.engine);
    }
    CHECK_TEXT(words[1], words[0]);
}

/* What the tap itself dropped is told, and after a while forgiven. */
static void tap_drops(void)
{
    struct talk t;
    talk_begin(&t, "10.0.0.1", "10.0.0.2");
    talk_establish(&t, 0);
    engine_lost(t.engine, 12);
    for (int i = 0; i < 10; i++) {
        talk_wait(&t, SPAN_S(2));
        review(&t);
    }
    const struct finding *f = talk_finding(&t, "capture-packets-missing");
    CHECK(f && strstr(f->title, "12 packets"));
    for (int i = 0; i < 400; i++) {
        talk_wait(&t, SPAN_S(2));
        review(&t);
    }
    CHECK(!talk_finding(&t, "capture-packets-missing"));
    engine_lost(t.engine, 15);
    for (int i = 0; i < 10; i++) {
        talk_wait(&t, SPAN_S(2));
        review(&t);
    }
    f = talk_finding(&t, "capture-packets-missing");
    CHECK(f && strstr(f->title, "3 packets"));
    engine_unkept(t.engine, "x.db: the disk is full", false);
    for (int i = 0; i < 10; i++) {
        talk_wait(&t, SPAN_S(1));
        review(&t);
    }
    f = talk_finding(&t, "capture-not-kept");
    CHECK(f && strstr(f->explanation, "x.db: the disk is full"));
    engine_free(t.engine);
}

int main(void)
{
    opens_and_closes();
    on_top();
    groups();
    last_words();
    forgets();
    unanswered_then_answered();
    same_end();
    tap_drops();
    return CHECK_END();
}
