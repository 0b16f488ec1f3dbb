/* A batch in; a POST to a URL out. */
#include "alert/sender_internal.h"

#include <stdio.h>
#include <string.h>

#ifdef RT_CURL
#include <curl/curl.h>

enum { CONNECT_S = 5, ANSWER_S = 10 };

/* What it answers is not looked at. */
static size_t swallow(char *bytes, size_t size, size_t n, void *nobody)
{
    (void)bytes;
    (void)nobody;
    return size * n;
}

bool webhook_open(struct sender *s)
{
    CURL *c = s->curl = curl_easy_init();
    if (!c)
        return false;
    bool well = !curl_easy_setopt(c, CURLOPT_URL, s->sink->target) &&
                !curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") &&
                !curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) &&
                !curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S) &&
                !curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)ANSWER_S) &&
                !curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, swallow) &&
                !curl_easy_setopt(c, CURLOPT_USERAGENT, "routetap/" RT_VERSION);
    if (well && s->sink->token)
        well = !curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER) &&
               !curl_easy_setopt(c, CURLOPT_XOAUTH2_BEARER, s->sink->token);
    if (well && s->sink->ca)
        well = !curl_easy_setopt(c, CURLOPT_CAINFO, s->sink->ca);
    return well;
}

void webhook_close(struct sender *s)
{
    if (s->curl)
        curl_easy_cleanup(s->curl);
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
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (headers && !curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) &&
        !curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)s->body.used) &&
        !curl_easy_setopt(c, CURLOPT_POSTFIELDS, buf_text(&s->body)))
        code = curl_easy_perform(c);
    curl_slist_free_all(headers);
    if (code) {
        snprintf(why, 200, "%s", curl_easy_strerror(code));
        return SENT_LATER;
    }
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    enum sent sent = judge(status, why);
    *done = sent == SENT_ALL ? b->count : 0;
    return sent;
}

#else

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
