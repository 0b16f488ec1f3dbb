/* Stories of two routers, told packet by packet: the states of both ends, and what is found. */
#include "state/engine_internal.h"
#include "tests/check.h"
#include "tests/make/make_talk.h"
#include "tests/make/make_update.h"

static enum bgp_state state(const struct talk *t, int side) { return talk_peering(t)->side[side].state; }

static void begin(struct talk *t) { talk_begin(t, "10.0.0.1", "10.0.0.2"); }
static void over(struct talk *t) { engine_free(t->engine); }

static void comes_up(void)
{
    struct talk t;
    begin(&t);
    talk_establish(&t, 9);
    CHECK(state(&t, 0) == STATE_ESTABLISHED && state(&t, 1) == STATE_ESTABLISHED);
    const struct bgp_peering *p = talk_peering(&t);
    CHECK(p->type == PEERING_EBGP && p->hold_known && p->hold == 9);
    CHECK(p->side[0].asn == 65001 && p->side[1].asn == 65002 && p->side[1].router_id == 0x02020202);
    CHECK(strstr(t.story, "0 Idle>Connect syn-sent 0.000"));
    CHECK(strstr(t.story, "0 Connect>OpenSent open-sent"));
    CHECK(strstr(t.story, "1 OpenSent>OpenConfirm") &&
          strstr(t.story, "0 OpenConfirm>Established keepalive-received"));
    talk_end(&t);
    uint32_t at = 0;
    CHECK(!engine_next_finding(t.engine, &at));
    over(&t);
}

/* A side moves on what was delivered to it: a KEEPALIVE that the tap sees and the router does not is none. */
static void delivered_not_seen(void)
{
    struct talk t;
    begin(&t);
    talk_dial(&t, 0);
    talk_answer(&t, 1);
    talk_open(&t, 0, 65001, 9, 1);
    talk_open(&t, 1, 65002, 9, 2);
    talk_keepalive(&t, 0);
    t.deaf[0] = true;
    talk_keepalive(&t, 1);
    CHECK(state(&t, 0) == STATE_OPENCONFIRM);
    CHECK(state(&t, 1) == STATE_ESTABLISHED);
    over(&t);
}

static void refuses_the_as(void)
{
    struct talk t;
    begin(&t);
    talk_dial(&t, 0);
    talk_answer(&t, 1);
    talk_open(&t, 0, 65001, 9, 1);
    talk_open(&t, 1, 65002, 9, 2);
    talk_notify(&t, 1, 2, 2);
    talk_fin(&t, 1);
    talk_end(&t);
    CHECK(talk_blames(&t, "bgp-open-bad-peer-as", 1));
    CHECK(strstr(talk_finding(&t, "bgp-open-bad-peer-as")->title, "refuses AS 65001"));
    CHECK(talk_finding(&t, "bgp-open-bad-peer-as")->evidence_count == 2);
    CHECK(state(&t, 0) == STATE_IDLE && state(&t, 1) == STATE_IDLE);
    CHECK(!talk_finding(&t, "bgp-closed-without-notification"));
    over(&t);
}

/* Silence: the hold time runs out 9 s after what was last delivered, not when we notice. */
static void hold_time(bool ticks, char *story)
{
    struct talk t;
    begin(&t);
    t.ticks = ticks;
    talk_establish(&t, 9);
    struct stamp heard = talk_peering(&t)->side[0].last_heard;
    for (int i = 0; i < 5; i++) {
        talk_wait(&t, SPAN_S(3));
        talk_keepalive(&t, 0); /* side 1's TCP acknowledges, its BGP is silent */
    }
    talk_wait(&t, SPAN_S(1));
    talk_ack(&t, 1);
    talk_end(&t);
    char want[96];
    snprintf(want, sizeof want, "0 Established>Idle hold-time-ran-out %.3f", (double)heard.ns / 1e9 + 9);
    CHECK(strstr(t.story, want));
    memcpy(story, t.story, sizeof t.story);
    over(&t);
}

static void same_story_live_and_offline(void)
{
    static char offline[4096], live[4096];
    hold_time(false, offline);
    hold_time(true, live);
    CHECK_TEXT(live, offline);
}

/* The one that goes on although its hold time has run out had not noticed: it is Established again. */
static void never_notices(void)
{
    struct talk t;
    begin(&t);
    talk_establish(&t, 9);
    for (int i = 0; i < 4; i++) {
        talk_wait(&t, SPAN_MS(2700));
        talk_keepalive(&t, 0);
    }
    CHECK(strstr(t.story, "0 Established>Idle hold-time-ran-out") &&
          strstr(t.story, "0 Idle>Established still-sending"));
    CHECK(state(&t, 0) == STATE_ESTABLISHED);
    talk_end(&t);
    CHECK(!talk_finding(&t, "bgp-hold-timer-expired"));
    over(&t);
}

static void silent_at_all(void)
{
    struct talk t;
    struct made m = { 0 };
    begin(&t);
    talk_establish(&t, 9);
    t.deaf[0] = t.deaf[1] = true;
    make_keepalive(&m);
    talk_wait(&t, SPAN_S(3));
    for (int i = 0; i < 4; i++) {
        talk_segment(&t, 0, TCP_ACK, t.seq[0], m.bytes, m.used); /* the same one, again and again */
        talk_wait(&t, SPAN_S(2));
    }
    t.seq[0] += (uint32_t)m.used;
    t.port[0] = 40001; /* it gives up and dials again */
    t.seq[0] += 100000;
    t.heard[0] = 0;
    talk_dial(&t, 0);
    talk_end(&t);
    CHECK(talk_blames(&t, "bgp-hold-timer-expired", 1));
    CHECK(talk_blames(&t, "bgp-peer-silent", 1));
    CHECK(!talk_finding(&t, "bgp-keepalives-stopped"));
    over(&t);
}

static void killed(void)
{
    struct talk t;
    begin(&t);
    talk_establish(&t, 90);
    talk_wait(&t, SPAN_S(5));
    talk_reset(&t, 1);
    talk_end(&t);
    CHECK(talk_blames(&t, "bgp-closed-without-notification", 1));
    CHECK(state(&t, 0) == STATE_IDLE && state(&t, 1) == STATE_IDLE);
    over(&t);
}

static void shut_down(void)
{
    struct talk t;
    begin(&t);
    talk_establish(&t, 90);
    talk_wait(&t, SPAN_S(5));
    talk_notify(&t, 0, 6, 2);
    talk_fin(&t, 0);
    talk_end(&t);
    CHECK(talk_blames(&t, "bgp-cease-administrative-shutdown", 0));
    CHECK(!talk_finding(&t, "bgp-closed-without-notification") &&
          !talk_finding(&t, "bgp-hold-timer-expired"));
    over(&t);
}

static void nothing_listens(void)
{
    struct talk t;
    begin(&t);
    t.window[0] = 64240;
    for (int i = 0; i < 3; i++) {
        t.port[0]++;
        t.seq[0] += 5000;
        talk_dial(&t, 0);
        talk_reset(&t, 1);
        CHECK(state(&t, 0) == STATE_ACTIVE);
        talk_wait(&t, SPAN_S(5));
    }
    talk_end(&t);
    CHECK(talk_blames(&t, "bgp-connect-refused", 1));
    CHECK(!talk_finding(&t, "bgp-connect-no-reply") && state(&t, 1) == STATE_UNKNOWN);
    over(&t);
}

static void nobody_answers(void)
{
    struct talk t;
    begin(&t);
    t.deaf[1] = true;
    t.window[0] = 64240;
    talk_segment(&t, 0, TCP_SYN, 1000, NULL, 0);
    talk_wait(&t, SPAN_S(1));
    talk_segment(&t, 0, TCP_SYN, 1000, NULL, 0);
    talk_wait(&t, SPAN_S(2));
    talk_segment(&t, 0, TCP_SYN, 1000, NULL, 0);
    CHECK(state(&t, 0) == STATE_CONNECT);
    talk_end(&t);
    CHECK(talk_blames(&t, "bgp-connect-no-reply", 1) && state(&t, 0) == STATE_CONNECT);
    over(&t);
}

static void stranger(void)
{
    struct talk t;
    begin(&t);
    for (int i = 0; i < 2; i++) {
        t.port[0]++;
        t.seq[0] += 5000;
        talk_dial(&t, 0);
        talk_answer(&t, 1);
        talk_fin(&t, 1);
        talk_fin(&t, 0);
        talk_wait(&t, SPAN_S(5));
    }
    talk_end(&t);
    CHECK(talk_blames(&t, "bgp-connect-closed-before-open", 1));
    over(&t);
}

/* A port scanner's SYN is nobody's peering. */
static void scanner(void)
{
    struct talk t;
    begin(&t);
    t.window[0] = 1024;
    talk_dial(&t, 0);
    CHECK(!talk_peering(&t) && engine_capture(t.engine)->probes == 1);
    over(&t);
}

static void stands_twice(void)
{
    struct talk t;
    begin(&t);
    t.twice = true;
    talk_establish(&t, 9);
    talk_end(&t);
    const struct bgp_peering *p = talk_peering(&t);
    CHECK(p->side[0].messages[BGP_OPEN] == 1 && p->side[1].messages[BGP_KEEPALIVE] == 1);
    CHECK(p->side[0].tcp.retransmissions == 0 && p->side[0].tcp.copies > 0);
    CHECK(talk_blames(&t, "capture-duplicates", -1));
    over(&t);
}

/* A KEEPALIVE that the capture missed and the other end acknowledged: no message, no loss, and the state is right. */
static void capture_loses(void)
{
    struct talk t;
    begin(&t);
    talk_establish(&t, 90);
    talk_wait(&t, SPAN_S(30));
    t.lost = true;
    talk_keepalive(&t, 0);
    talk_wait(&t, SPAN_S(30));
    talk_keepalive(&t, 0);
    talk_keepalive(&t, 1);
    talk_ack(&t, 0);
    talk_end(&t);
    CHECK(state(&t, 0) == STATE_ESTABLISHED && state(&t, 1) == STATE_ESTABLISHED);
    CHECK(talk_peering(&t)->side[0].tcp.missed == 19 && talk_peering(&t)->side[0].tcp.retransmissions == 0);
    CHECK(talk_blames(&t, "capture-packets-missing", -1));
    over(&t);
}

static void joined_midway(void)
{
    struct talk t;
    begin(&t);
    talk_keepalive(&t, 0);
    talk_wait(&t, SPAN_S(3));
    talk_keepalive(&t, 1);
    CHECK(state(&t, 0) == STATE_ESTABLISHED && state(&t, 1) == STATE_ESTABLISHED);
    CHECK(strstr(t.story, "mid-stream"));
    CHECK(talk_peering(&t)->side[0].asn == 0 && !talk_peering(&t)->hold_known && talk_peering(&t)->midway);
    over(&t);
}

/* Only what side 0 sends is there: its acknowledgements tell what side 1 said. */
static void one_direction(void)
{
    struct talk t;
    begin(&t);
    t.unseen[1] = true;
    talk_establish(&t, 9);
    CHECK(state(&t, 0) == STATE_ESTABLISHED);
    talk_end(&t);
    CHECK(talk_blames(&t, "capture-one-direction", -1));
    CHECK(!talk_finding(&t, "bgp-connect-no-reply") && !talk_finding(&t, "bgp-open-no-reply"));
    over(&t);
}

/* One side comes late, and the other keeps its rhythm; or, `both`, the clock of the capture may have been set forward. */
static void margin_was_low(bool both)
{
    struct talk t;
    begin(&t);
    talk_establish(&t, 9);
    static const bool late[] = { false, false, true, false, false };
    for (unsigned i = 0; i < COUNT(late); i++) {
        talk_wait(&t, SPAN_MS(both && late[i] ? 7500 : 3000));
        talk_keepalive(&t, 0);
        if (late[i] && !both) {
            talk_wait(&t, SPAN_S(3));
            talk_keepalive(&t, 0);
            talk_wait(&t, SPAN_MS(1500));
        }
        talk_keepalive(&t, 1);
    }
    talk_end(&t);
    CHECK(!talk_finding(&t, "bgp-hold-margin-low") == both);
    const struct bgp_side *side = &talk_peering(&t)->side[0];
    CHECK(side->margin_known && (span_seconds(side->min_margin) < 1.6) == !both);
    over(&t);
}

static void over_ipv6(void)
{
    struct talk t;
    talk_begin(&t, "2001:db8::1", "2001:db8::2");
    talk_establish(&t, 9);
    CHECK(state(&t, 0) == STATE_ESTABLISHED && state(&t, 1) == STATE_ESTABLISHED);
    CHECK_TEXT(talk_peering(&t)->name, "2001:db8::1-2001:db8::2");
    over(&t);
}

/* Both ends signed, nobody answers; and one signed, the other not. */
static void signatures(bool both, const char *code, int at)
{
    static const uint8_t md5[20] = { 19, 18, 1, 2, 3 };
    struct talk t;
    begin(&t);
    t.window[0] = t.window[1] = 64240;
    for (int side = 0; side < 2; side++) {
        t.port[side] = 50000;
        t.port[!side] = 179;
        t.options = side == 0 || both ? md5 : NULL;
        t.options_size = t.options ? sizeof md5 : 0;
        for (int i = 0; i < 2; i++) {
            talk_segment(&t, side, TCP_SYN, 7000, NULL, 0);
            talk_wait(&t, SPAN_S(1));
        }
    }
    talk_end(&t);
    CHECK(talk_blames(&t, code, at));
    CHECK(!talk_finding(&t, "bgp-connect-no-reply"));
    over(&t);
}

static void dies_again_and_again(void)
{
    struct talk t;
    begin(&t);
    for (int i = 0; i < 4; i++) {
        t.port[0]++;
        t.seq[0] += 100000;
        t.seq[1] += 100000;
        talk_establish(&t, 9);
        talk_wait(&t, SPAN_S(5));
        talk_reset(&t, 1);
        talk_wait(&t, SPAN_S(5));
    }
    talk_end(&t);
    CHECK(talk_blames(&t, "bgp-session-flapping", -1));
    CHECK(talk_finding(&t, "bgp-closed-without-notification")->count == 4);
    CHECK(talk_peering(&t)->side[0].established_count == 4 && talk_peering(&t)->side[0].lost_count == 4);
    over(&t);
}

/* What the capture lacks may have been the reason: nothing is said of an end without one. */
static void closes_after_something_unseen(void)
{
    static const struct {
        const char *words;
        int speaks; /* the NOTIFICATION that is not in the capture; -1: there is none */
        bool told;
    } rows[] = {
        { "it said nothing", -1, true },
        { "it said why", 1, false },
        { "the other said why", 0, false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct talk t;
        begin(&t);
        talk_establish(&t, 9);
        talk_wait(&t, SPAN_S(2));
        talk_keepalive(&t, 0);
        talk_keepalive(&t, 1);
        if (rows[i].speaks >= 0) {
            t.lost = true;
            talk_notify(&t, rows[i].speaks, 6, 2); /* its acknowledgement is there */
        }
        talk_fin(&t, 1);
        talk_end(&t);
        CHECK_CASE(rows[i].words,
                   (talk_finding(&t, "bgp-closed-without-notification") != NULL) == rows[i].told);
        over(&t);
    }
}

/* A SYN that is not sent again was answered, by something that is not in the capture. */
static void answered_unseen(bool again)
{
    struct talk t;
    begin(&t);
    for (int i = 0; i < 3; i++) {
        t.port[0]++;
        talk_dial(&t, 0);
        talk_wait(&t, SPAN_S(1));
        if (again)
            talk_segment(&t, 0, TCP_SYN, t.seq[0] - 1, NULL, 0);
        talk_wait(&t, SPAN_S(4));
    }
    talk_end(&t);
    CHECK((talk_finding(&t, "bgp-connect-no-reply") != NULL) == again);
    over(&t);
}

/* For longer than the hold time the capture has nothing of either end, and then all goes on. */
static void capture_pauses(void)
{
    struct talk t;
    begin(&t);
    talk_establish(&t, 9);
    for (int i = 0; i < 12; i++) {
        talk_wait(&t, SPAN_S(3));
        t.unseen[0] = t.unseen[1] = i >= 3 && i < 8;
        for (int side = 0; side < 2; side++)
            talk_keepalive(&t, side);
    }
    talk_end(&t);
    CHECK(!talk_finding(&t, "bgp-hold-timer-expired") && !talk_finding(&t, "bgp-peer-silent"));
    CHECK(!talk_finding(&t, "bgp-hold-margin-low"));
    CHECK(state(&t, 0) == STATE_ESTABLISHED && state(&t, 1) == STATE_ESTABLISHED);
    over(&t);
}

static void flaps(struct talk *t, const char *prefix, int times)
{
    struct made *m = calloc(1, sizeof *m);
    for (int i = 0; i <= times; i++) {
        m->used = 0;
        make_hex_update(m, i % 2 ? prefix : "", i % 2 ? "" : MAKE_MANDATORY, i % 2 ? "" : prefix);
        talk_made(t, 1, m);
    }
    free(m);
}

/* Words name the worst prefix, whichever flapped last; every flap from the third on counts. */
static void routes_flap(void)
{
    struct talk t;
    begin(&t);
    talk_establish(&t, 9);
    flaps(&t, "18 c0 00 01", 4);
    CHECK(!talk_finding(&t, "route-flapping"));
    flaps(&t, "18 c1 00 01", 10);
    const struct finding *f = talk_finding(&t, "route-flapping");
    CHECK(f && f->count == 3 && strstr(f->title, "193.0.1.0/24 again"));
    flaps(&t, "18 c2 00 01", 8);
    f = talk_finding(&t, "route-flapping");
    CHECK(talk_blames(&t, "route-flapping", 1));
    CHECK(f && f->count == 5 && strstr(f->title, " 2 prefixes"));
    CHECK(f && strstr(f->explanation, "193.0.1.0/24 was withdrawn and announced again 5 times"));
    talk_end(&t);
    over(&t);
}

/* Live, silence is silence; but not while the interface was away, the machine slept, or the clock was set forward: then
 * each end has a whole hold time to speak again. */
static void nobody_listened(bool told, uint32_t file)
{
    struct talk t;
    begin(&t);
    struct engine_options o = engine_defaults();
    o.on_wire = true;
    engine_free(t.engine);
    t.engine = engine_new(&o);
    talk_establish(&t, 9);
    talk_wait(&t, SPAN_S(3600));
    if (told)
        engine_deaf(t.engine, file, t.now);
    CHECK(stamp_known(talk_peering(&t)->side[0].last_heard) == (!told || file == 1));
    told = told && file != 1; /* all of it came by 0 */
    talk_wait(&t, SPAN_S(8));
    talk_hear(&t, engine_advance(t.engine, t.now));
    CHECK((state(&t, 0) == STATE_ESTABLISHED) == told);
    for (int side = 0; told && side < 2; side++)
        talk_keepalive(&t, side);
    talk_wait(&t, SPAN_S(8));
    talk_hear(&t, engine_advance(t.engine, t.now));
    CHECK((state(&t, 0) == STATE_ESTABLISHED) == told && !talk_finding(&t, "bgp-hold-margin-low"));
    talk_wait(&t, SPAN_S(8)); /* now they are silent */
    talk_hear(&t, engine_advance(t.engine, t.now));
    CHECK(state(&t, 0) != STATE_ESTABLISHED && talk_finding(&t, "bgp-hold-timer-expired"));
    over(&t);
}

/* Of a session that is up the packets of one side come no more: those of the other, which goes on, are counted. */
static void heard_one_way(bool both)
{
    struct talk t;
    begin(&t);
    talk_establish(&t, 90);
    t.deaf[1] = !both; /* it says nothing to it, either */
    for (int i = 0; i < 4; i++) {
        talk_wait(&t, SPAN_S(30));
        talk_keepalive(&t, 0);
    }
    CHECK(engine_capture(t.engine)->one_way == (both ? 0 : 3));
    over(&t);
}

/* One talk after another, each over in its own way, some without a word: what is kept of them does not grow. */
static void flap(struct talk *t, int turn)
{
    t->port[0] = (uint16_t)(20000 + turn);
    t->seq[0] = (uint32_t)turn * 7919;
    t->seq[1] = (uint32_t)turn * 104729;
    t->heard[0] = t->heard[1] = 0;
    t->story[0] = '\0';
    if (turn % 4 == 0) {
        talk_dial(t, 0);
        talk_answer(t, 1);
    } else
        talk_establish(t, 9);
    if (turn % 4 == 1) {
        talk_notify(t, turn % 2, 6, 4);
        talk_fin(t, turn % 2);
    } else if (turn % 4 == 2)
        talk_notify(t, 1, 4, 0);
    for (int i = 0; i < 4; i++) {
        talk_wait(t, SPAN_S(900));
        engine_advance(t->engine, t->now);
        engine_review(t->engine);
    }
}

static void flaps_for_months(void)
{
    struct talk t;
    struct stream_ref none = { 0 };
    begin(&t);
    for (int turn = 0; turn < 2000; turn++)
        flap(&t, turn);
    struct peering *p =
        peering_get(t.engine, &talk_peering(&t)->side[0].addr, &talk_peering(&t)->side[1].addr, none);
    CHECK(t.engine->session_ids == 2000);
    /* an hour each: those of a day that nobody closed, and the latest few */
    CHECK(p->session_count < 24 && t.engine->sessions.live == p->session_count);
    CHECK(t.engine->findings.count < 40 && t.engine->findings.open.live == t.engine->findings.count);
    talk_wait(&t, SPAN_S(7 * 86400));
    engine_advance(t.engine, t.now);
    engine_review(t.engine);
    CHECK(p->session_count <= 3 && t.engine->sessions.live == p->session_count);
    over(&t);
}

int main(void)
{
    comes_up();
    heard_one_way(true);
    heard_one_way(false);
    delivered_not_seen();
    refuses_the_as();
    same_story_live_and_offline();
    never_notices();
    silent_at_all();
    killed();
    shut_down();
    nothing_listens();
    nobody_answers();
    stranger();
    scanner();
    stands_twice();
    capture_loses();
    joined_midway();
    one_direction();
    margin_was_low(false);
    margin_was_low(true);
    over_ipv6();
    signatures(true, "bgp-md5-mismatch", -1);
    signatures(false, "bgp-md5-missing", 1);
    dies_again_and_again();
    routes_flap();
    closes_after_something_unseen();
    answered_unseen(false);
    answered_unseen(true);
    capture_pauses();
    nobody_listened(true, EVERY_FILE);
    nobody_listened(true, 0);
    nobody_listened(true, 1);
    nobody_listened(false, 0);
    flaps_for_months();
    return CHECK_END();
}
