/* A request in, its response out: who may ask, for what, and how it is sent. */
#include "web/answer.h"

#include "web/api_internal.h"
#include "web/assets.h"
#include "web/gzip.h"
#include <stdio.h>
#include <string.h>

/* Nothing but what this server sends may run or be asked, nothing may show it in a frame, and no other page may read
 * it. Trusted Types: the page's code cannot make markup out of text, even by mistake. */
const struct http_header answer_headers[] = {
    { "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
      "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "X-Frame-Options", "DENY" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Permissions-Policy", "camera=(), geolocation=(), microphone=()" },
    { "Vary", "Accept-Encoding" },
};
const unsigned answer_header_count = COUNT(answer_headers);

/* What the store says between two commits is always the same. */
static bool unchanged(struct web_site *s, const struct http_headers *h, struct http_response *out)
{
    snprintf(out->etag, sizeof out->etag, "\"%llx-%llx%s\"", (unsigned long long)s->boot,
             (unsigned long long)pages_version(s->view.store), s->view.live ? "-live" : "");
    return request_has_tag(h->if_none_match, out->etag);
}

static void ask_store(struct web_site *s, const struct http_request *r, struct http_response *out)
{
    bool begun = query_begin(s->view.store) == ERR_NONE;
    if (begun)
        r->route->answer(&s->view, r, out);
    if (query_end(s->view.store) != ERR_NONE || !begun) {
        s->broken = true;
        answer_error(out, 503, store_why(s->view.store));
    }
}

static void answer_route(struct web_site *s, struct http_request *r, const struct http_headers *h,
                         struct http_response *out)
{
    if (s->token && !request_token_right(h->authorization, s->token)) {
        answer_error(out, 401, "this server asks for its token: Authorization: Bearer TOKEN");
        return;
    }
    if (!s->view.store || s->broken) {
        answer_error(out, 503, "the database cannot be read at the moment");
        return;
    }
    r->openmetrics = h->accept && strstr(h->accept, "application/openmetrics-text");
    if (r->route->schema && unchanged(s, h, out)) {
        out->status = 304;
        return;
    }
    ask_store(s, r, out);
    if (out->status != 200 || out->deferred)
        out->etag[0] = '\0';
    if (out->body.used >= WORTH_SQUEEZING && request_takes_gzip(h->accept_encoding))
        out->gzip = gzip_squeeze(&out->body);
}

void answer(struct web_site *s, struct http_request *r, const char *method, const char *target,
            const struct http_headers *h, struct http_response *out)
{
    const char *why = NULL;
    *out = (struct http_response){ 0 };
    unsigned status = request_read(r, method, target, &why);
    if (!request_host_known(h->host, s->names, s->name_count))
        answer_error(out, 421, "this server does not go by that name; it may be given with --web-name");
    else if (h->body)
        answer_error(out, 413, "nothing here takes a body");
    else if (status)
        answer_error(out, status, why);
    else if (r->route)
        answer_route(s, r, h, out);
    else if (!assets_answer(r->path, s->assets, h, out))
        answer_error(out, 404, "there is nothing at that address");
    else if (request_has_tag(h->if_none_match, out->etag)) {
        out->status = 304;
        out->fixed = NULL;
        out->fixed_size = 0;
        out->gzip = false;
    }
}
