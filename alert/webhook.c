/* A batch in; a POST to a URL out. */
#include "alert/sender_internal.h"

#include <stdio.h>
#include <string.h>

#ifdef RT_CURL
#include "base/late.h"
#include <curl/curl.h>
#undef curl_easy_setopt /* macros that look at the types of what is given */
#undef curl_easy_getinfo

enum { CONNECT_S = 5, ANSWER_S = 10 };

static struct {
#define CALL(name) __typeof__(name) *name;
#include "alert/curl.def"
#undef CALL
} lib; /* once it was asked for */

const char *webhook_lacks(void)
{
    static const char *const names[] = {
#define CALL(name) #name,
#include "alert/curl.def"
#undef CALL
    };
    late_function *found[COUNT(names)];
    char why[200];
    if (lib.curl_easy_init)
        return NULL;
    if (!late_load(RT_CURL, names, found, COUNT(names), why))
        return "is not to be had: it needs " RT_CURL ", which is not installed here";
    _Static_assert(sizeof lib == sizeof found, "a member for each name");
    memcpy(&lib, found, sizeof lib);
    return NULL;
}

/* What it answers is not looked at. */
static size_t swallow(char *bytes, size_t size, size_t n, void *nobody)
{
    (void)bytes;
    (void)nobody;
    return size * n;
}

bool webhook_open(struct sender *s)
{
    CURL *c = s->curl = webhook_lacks() ? NULL : lib.curl_easy_init();
    if (!c)
        return false;
    bool well = !lib.curl_easy_setopt(c, CURLOPT_URL, s->sink->target) &&
                !lib.curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") &&
                !lib.curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) &&
                !lib.curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S) &&
                !lib.curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)ANSWER_S) &&
                !lib.curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, swallow) &&
                !lib.curl_easy_setopt(c, CURLOPT_USERAGENT, "routetap/" RT_VERSION);
    if (well && s->sink->token)
        well = !lib.curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER) &&
               !lib.curl_easy_setopt(c, CURLOPT_XOAUTH2_BEARER, s->sink->token);
    if (well && s->sink->ca)
        well = !lib.curl_easy_setopt(c, CURLOPT_CAINFO, s->sink->ca);
    return well;
}

void webhook_close(struct sender *s)
{
    if (s->curl)
        lib.curl_easy_cleanup(s->curl);
}

/* What is wrong with the request stays wrong; what is wrong with the server, or comes too often, may pass. */
static enum sent judge(long status, char why[200])
{
    if (status >= 200 && status < 300)
        return SENT_ALL;
    snprintf(why, 200, "it answered with HTTP status %ld", status);
    bool never = status >= 400 && status < 500 && status != 401 && status != 403 && status != 404 &&
                 status != 408 && status != 429;
    return never ? SENT_REFUSED : SENT_LATER;
}

enum sent webhook_send(struct sender *s, const struct desk_batch *b, uint32_t *done, char why[200])
{
    CURL *c = s->curl;
    long status = 0;
    buf_clear(&s->body);
    alert_json(b, sender_until(s->sink), &s->body);
    struct curl_slist *headers = lib.curl_slist_append(NULL, "Content-Type: application/json");
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (headers && !lib.curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) &&
        !lib.curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)s->body.used) &&
        !lib.curl_easy_setopt(c, CURLOPT_POSTFIELDS, buf_text(&s->body)))
        code = lib.curl_easy_perform(c);
    lib.curl_slist_free_all(headers);
    if (code) {
        snprintf(why, 200, "%s", lib.curl_easy_strerror(code));
        return SENT_LATER;
    }
    lib.curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    enum sent sent = judge(status, why);
    *done = sent == SENT_ALL ? b->count : 0;
    return sent;
}

#else

const char *webhook_lacks(void) { return "is not to be had: this routetap was built without libcurl"; }

bool webhook_open(struct sender *s)
{
    (void)s;
    return false;
}

void webhook_close(struct sender *s) { (void)s; }

enum sent webhook_send(struct sender *s, const struct desk_batch *b, uint32_t *done, char why[200])
{
    (void)s;
    (void)b;
    *done = 0;
    snprintf(why, 200, "built without libcurl");
    return SENT_REFUSED;
}
#endif
