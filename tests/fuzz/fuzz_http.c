/* A request as a stranger would write it in: method, target and headers, a line each. Whatever gets through is asked of a
 * store with a little of everything in it. */
#include "store/store.h"
#include "tests/make/make_facts.h"
#include "web/answer.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct store *made(void)
{
    enum err why;
    char message[300];
    struct store *s = store_open(":memory:", STORE_NEW, &why, message);
    struct made m = made_new(2);
    struct bgp_peering *p = made_peering(&m, "10.0.0.1", 65001, "10.0.0.2", 65002);
    made_peering(&m, "2001:db8::1", 65001, "2001:db8::2", 65003);
    made_up(&m, p, 5);
    made_routes(p, 0, FAMILY_IPV4_UNICAST, 7);
    made_finding(&m, p, 0, CODE_BGP_HOLD_MARGIN_LOW, 9, "late", "it was late", (int[]){ 3, 0 });
    if (!s || made_into(&m, s))
        abort();
    made_free(&m);
    return s;
}

/* The next line as a string of its own, or NULL. */
static const char *line(const char **at, char room[4096])
{
    if (!**at)
        return NULL;
    size_t n = strcspn(*at, "\n"), kept = n < 4095 ? n : 4095;
    memcpy(room, *at, kept);
    room[kept] = '\0';
    *at += n + ((*at)[n] == '\n');
    return room;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct store *store;
    static struct http_request request;
    static const char *const names[] = { "tap.example" };
    static char room[7][4096];
    if (!store)
        store = made();
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, bytes, size);
    text[size] = '\0';
    const char *at = text, *method = line(&at, room[0]), *target = line(&at, room[1]);
    struct http_headers h = { .host = line(&at, room[2]),
                              .authorization = line(&at, room[3]),
                              .if_none_match = line(&at, room[4]),
                              .accept_encoding = line(&at, room[5]),
                              .accept = line(&at, room[6]) };
    struct web_site site = { .view = { .store = store, .program = "routetap 0", .errands = true },
                             .names = names,
                             .name_count = 1,
                             .token = h.authorization && *h.authorization == '!' ? "correct-horse-battery"
                                                                                 : NULL };
    struct http_response out;
    answer(&site, &request, method ? method : "GET", target ? target : "/", &h, &out);
    if (out.status < 200 || out.status > 599 || site.broken)
        abort();
    buf_free(&out.body);
    free(text);
    return 0;
}
