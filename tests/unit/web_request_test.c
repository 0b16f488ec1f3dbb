/* What a client may say, and what becomes of it: targets, names, tokens, tags and times. */
#include "web/request.h"

#include "tests/check.h"
#include "web/routes.h"

/* ---- targets ---- */

static void targets(void)
{
    static const struct {
        const char *words, *method, *target;
        unsigned status;
        const char *route, *variable;
    } rows[] = {
        { "a list", "GET", "/api/v1/peerings", 0, "/api/v1/peerings", NULL },
        { "HEAD is as good", "HEAD", "/api/v1/peerings", 0, "/api/v1/peerings", NULL },
        { "methods are exact", "get", "/api/v1/peerings", 405, NULL, NULL },
        { "nothing is changed", "POST", "/api/v1/peerings", 405, NULL, NULL },
        { "a variable", "GET", "/api/v1/findings/12", 0, "/api/v1/findings/{id}", "12" },
        { "a variable within", "GET", "/api/v1/peerings/10.0.0.1-10.0.0.2/transitions", 0,
          "/api/v1/peerings/{peering}/transitions", "10.0.0.1-10.0.0.2" },
        { "decoded", "GET", "/api/v1/peerings/2001%3adb8::1-2001:db8::2", 0, "/api/v1/peerings/{peering}",
          "2001:db8::1-2001:db8::2" },
        { "a slash that is none", "GET", "/api/v1/findings/1%2f2", 0, "/api/v1/findings/{id}", "1/2" },
        { "an empty variable is none", "GET", "/api/v1/findings/", 0, NULL, NULL },
        { "a slash too many", "GET", "/api/v1/findings/1/", 0, NULL, NULL },
        { "a slash before", "GET", "//api/v1/findings", 0, NULL, NULL },
        { "case matters", "GET", "/API/v1/peerings", 0, NULL, NULL },
        { "deeper than any route", "GET", "/a/b/c/d/e/f/g/h", 0, NULL, NULL },
        { "a view is no route", "GET", "/findings/12", 0, NULL, NULL },
        { "the root", "GET", "/", 0, NULL, NULL },
        { "with a query", "GET", "/?q=1", 0, NULL, NULL },
        { "not from the root", "GET", "api/v1/peerings", 400, NULL, NULL },
        { "for a proxy", "GET", "http://evil.example/", 400, NULL, NULL },
        { "empty", "GET", "", 400, NULL, NULL },
        { "star", "GET", "*", 400, NULL, NULL },
        { "half an escape", "GET", "/%4", 400, NULL, NULL },
        { "no escape", "GET", "/%zz", 400, NULL, NULL },
        { "zero", "GET", "/%00", 400, NULL, NULL },
        { "a line break", "GET", "/a%0d%0ab", 400, NULL, NULL },
        { "half a character", "GET", "/%c3", 400, NULL, NULL },
        { "an overlong character", "GET", "/%c0%af", 400, NULL, NULL },
        { "two escapes are one", "GET", "/api/v1/findings/%2531", 0, "/api/v1/findings/{id}", "%31" },
        { "a plus is a plus in a path", "GET", "/api/v1/findings/1+2", 0, "/api/v1/findings/{id}", "1+2" },
    };
    static struct http_request r;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *why = NULL;
        unsigned status = request_read(&r, rows[i].method, rows[i].target, &why);
        CHECK_CASE(rows[i].words, status == rows[i].status);
        CHECK_CASE(rows[i].words, !status || (why && *why));
        if (status)
            continue;
        CHECK_CASE(rows[i].words, (r.route != NULL) == (rows[i].route != NULL));
        if (r.route && rows[i].route)
            CHECK_TEXT(r.route->path, rows[i].route);
        if (rows[i].variable)
            CHECK_TEXT(r.variable[0], rows[i].variable);
    }
}

static void lengths(void)
{
    static struct http_request r;
    static char target[TARGET_MOST + 2];
    const char *why;
    memset(target, 'a', sizeof target - 1);
    target[0] = '/';
    CHECK(request_read(&r, "GET", target, &why) == 414);
    target[TARGET_MOST] = '\0';
    CHECK(request_read(&r, "GET", target, &why) == 0);
    CHECK(strlen(r.path) == TARGET_MOST);
    memcpy(target, "/api/v1/peerings?q=", 19);
    CHECK(request_read(&r, "GET", target, &why) == 400); /* a value of that length is no value */
}

/* ---- parameters ---- */

static void parameters(void)
{
    static const struct {
        const char *words, *query;
        unsigned status;
        enum param_id id;
        const char *text;
        uint64_t number;
    } rows[] = {
        { "text", "q=10.0", 0, PARAM_Q, "10.0", 0 },
        { "a blank", "q=a+b%20c", 0, PARAM_Q, "a b c", 0 },
        { "an escaped name", "%71=x", 0, PARAM_Q, "x", 0 },
        { "empty is given", "q=", 0, PARAM_Q, "", 0 },
        { "no equals sign", "q", 0, PARAM_Q, "", 0 },
        { "equals signs within", "q=a=b", 0, PARAM_Q, "a=b", 0 },
        { "empty pieces", "&&q=x&&", 0, PARAM_Q, "x", 0 },
        { "a word of several", "state=down", 0, PARAM_STATE, "down", 2 },
        { "the first word", "state=any", 0, PARAM_STATE, "any", 0 },
        { "part of a word", "state=dow", 400, PARAM_STATE, NULL, 0 },
        { "two words", "state=up|down", 400, PARAM_STATE, NULL, 0 },
        { "no word", "state=", 400, PARAM_STATE, NULL, 0 },
        { "a number", "limit=20", 0, PARAM_LIMIT, "20", 20 },
        { "a number below zero", "limit=-1", 400, PARAM_LIMIT, NULL, 0 },
        { "a number too long", "limit=1234567890123456", 400, PARAM_LIMIT, NULL, 0 },
        { "no number", "limit=", 400, PARAM_LIMIT, NULL, 0 },
        { "hex", "limit=0x10", 400, PARAM_LIMIT, NULL, 0 },
        { "a flag", "reverse=1", 0, PARAM_REVERSE, "1", 1 },
        { "a flag that is off", "reverse=0", 0, PARAM_REVERSE, "0", 0 },
        { "no flag", "reverse=yes", 400, PARAM_REVERSE, NULL, 0 },
        { "a time", "since=1970-01-02T00:00:00Z", 0, PARAM_SINCE, "1970-01-02T00:00:00Z", 0 },
        { "no time", "since=now", 400, PARAM_SINCE, NULL, 0 },
        { "unknown", "color=red", 400, PARAM_Q, NULL, 0 },
        { "of another route", "before=3", 400, PARAM_BEFORE, NULL, 0 },
        { "twice", "q=a&q=a", 400, PARAM_Q, NULL, 0 },
        { "no text", "q=%01", 400, PARAM_Q, NULL, 0 },
    };
    static struct http_request r;
    char target[200];
    const char *why;
    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(target, sizeof target, "/api/v1/peerings?%s", rows[i].query);
        unsigned status = request_read(&r, "GET", target, &why);
        CHECK_CASE(rows[i].words, status == rows[i].status);
        if (status || !rows[i].text)
            continue;
        CHECK_CASE(rows[i].words, r.param[rows[i].id].given && r.param[rows[i].id].number == rows[i].number);
        CHECK_TEXT(r.param[rows[i].id].text, rows[i].text);
    }
    CHECK(request_read(&r, "GET", "/api/v1/peerings?since=86400.5#q=x", &why) == 400);
    CHECK(request_read(&r, "GET", "/api/v1/peerings#?q=x", &why) == 0 && !r.param[PARAM_Q].given);
}

/* ---- times ---- */

static void times(void)
{
    static const struct {
        const char *text;
        int64_t ns; /* below zero: no time */
    } rows[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "1970-01-01T00:00:00.000000001Z", 1 },
        { "2026-03-01T10:00:00.5Z", INT64_C(1772359200500000000) },
        { "2026-03-01t10:00:00z", INT64_C(1772359200000000000) },
        { "2024-02-29T23:59:59Z", INT64_C(1709251199000000000) },
        { "2000-03-01T00:00:00Z", INT64_C(951868800000000000) },
        { "1772359200", INT64_C(1772359200000000000) },
        { "1772359200.25", INT64_C(1772359200250000000) },
        { "0", 0 },
        { "2026-03-01T10:00:00", -1 },
        { "2026-03-01", -1 },
        { "2026-13-01T10:00:00Z", -1 },
        { "2026-03-01T24:00:00Z", -1 },
        { "2026-03-01T10:00:00.Z", -1 },
        { "2026-03-01T10:00:00.0123456789Z", -1 },
        { "2026-03-01T10:00:00Zx", -1 },
        { "99999999999", -1 },
        { "1.", -1 },
        { "-1", -1 },
        { "", -1 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct stamp t = { -7 };
        bool well = request_time(rows[i].text, &t);
        CHECK_CASE(rows[i].text, well == (rows[i].ns >= 0));
        CHECK_CASE(rows[i].text, !well || t.ns == rows[i].ns);
    }
}

/* ---- headers ---- */

static void hosts(void)
{
    static const char *const names[] = { "tap.example" };
    static const struct {
        const char *host;
        bool known;
    } rows[] = {
        { "localhost", true },
        { "LocalHost:8179", true },
        { "127.0.0.1:8179", true },
        { "[::1]:8179", true },
        { "[2001:db8::1]", true },
        { "192.0.2.1", true },
        { "tap.example", true },
        { "TAP.example:443", true },
        { NULL, false },
        { "", false },
        { ":80", false },
        { "evil.example", false },
        { "tap.example.evil.example", false },
        { "tap.exampl", false },
        { "localhost.evil.example", false },
        { "127.0.0.1.evil.example", false },
        { "::1", false },
        { "[::1", false },
        { "[localhost]", false },
        { "[127.0.0.1]", false },
        { "localhost:80x", false },
        { "localhost:80:80", false },
        { "localhost@evil.example", false },
        { "[::1]evil.example", false },
        { "0x7f000001", false },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK_CASE(rows[i].host ? rows[i].host : "no host at all",
                   request_host_known(rows[i].host, names, 1) == rows[i].known);
    CHECK(!request_host_known("tap.example", NULL, 0));
}

static void tokens(void)
{
    static const struct {
        const char *authorization;
        bool right;
    } rows[] = {
        { "Bearer sesame-open-up-now", true },
        { "bearer sesame-open-up-now", true },
        { "Bearer sesame-open-up-noW", false },
        { "Bearer sesame-open-up-no", false },
        { "Bearer sesame-open-up-now ", false },
        { "Bearer  sesame-open-up-now", false },
        { "Bearer sesame-open-up-nowsesame-open-up-now", false },
        { "Bearer ", false },
        { "Bearer", false },
        { "", false },
        { "sesame-open-up-now", false },
        { "Basic sesame-open-up-now", false },
        { NULL, false },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK_CASE(rows[i].authorization ? rows[i].authorization : "no header",
                   request_token_right(rows[i].authorization, "sesame-open-up-now") == rows[i].right);
    CHECK(!request_token_right("Bearer ", ""));
}

static void encodings(void)
{
    static const struct {
        const char *accept;
        bool gzip;
    } rows[] = {
        { "gzip", true },
        { "GZIP", true },
        { "br, gzip;q=0.5", true },
        { "*", true },
        { "identity, *;q=1", true },
        { "gzip;q=1.0", true },
        { "gzip;q=0.001", true },
        { "gzip;q=0", false },
        { "gzip;q=0.000, br", false },
        { "gzipped", false },
        { "x-gzip", false },
        { "br", false },
        { "", false },
        { NULL, false },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK_CASE(rows[i].accept ? rows[i].accept : "no header",
                   request_takes_gzip(rows[i].accept) == rows[i].gzip);
}

static void tags(void)
{
    CHECK(request_has_tag("\"a-1\"", "\"a-1\""));
    CHECK(request_has_tag("\"b\", W/\"a-1\"", "\"a-1\""));
    CHECK(request_has_tag("*", "\"a-1\""));
    CHECK(!request_has_tag("\"a-11\"", "\"a-1\""));
    CHECK(!request_has_tag("x\"a-1\"", "\"a-1\""));
    CHECK(!request_has_tag("\"a-1\"x", "\"a-1\""));
    CHECK(!request_has_tag(NULL, "\"a-1\""));
    CHECK(!request_has_tag("*", ""));
}

/* A route can be found by its own path; a parameter of it is one that there is. */
static void rows_of_routes(void)
{
    static struct http_request r;
    const char *why;
    for (unsigned i = 0; i < route_count; i++) {
        CHECK_CASE(routes[i].path, request_read(&r, "GET", routes[i].path, &why) == 0);
        CHECK_CASE(routes[i].path, r.route == &routes[i]);
        CHECK_CASE(routes[i].path,
                   routes[i].answer && *routes[i].what && routes[i].params < UINT64_C(1) << PARAM_COUNT);
    }
}

int main(void)
{
    targets();
    lengths();
    parameters();
    times();
    hosts();
    tokens();
    encodings();
    tags();
    rows_of_routes();
    return CHECK_END();
}
