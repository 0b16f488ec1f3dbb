/* The tables of routes and parameters, and the schemas of answers, in; their description in the form of OpenAPI 3.1
 * out. */
#include "web/api_internal.h"

#include "web/assets.h"
#include <string.h>

static void tell_shape(struct writer *w, const struct param *p)
{
    write_object(w, "schema");
    if (p->shape == SHAPE_NUMBER) {
        write_str(w, "type", "integer");
        write_u64(w, "minimum", 0);
    } else
        write_str(w, "type", "string");
    if (p->shape == SHAPE_FLAG || p->shape == SHAPE_CHOICE) {
        const char *words = p->shape == SHAPE_FLAG ? "0|1" : p->words;
        write_array(w, "enum");
        for (size_t n = strcspn(words, "|");; words += n + 1, n = strcspn(words, "|")) {
            write_strn(w, NULL, words, n);
            if (!words[n])
                break;
        }
        write_end(w);
    }
    write_end(w);
}

static void tell_params(struct writer *w, const struct route *r)
{
    const char *at = r->path;
    write_array(w, "parameters");
    while ((at = strchr(at, '{')) != NULL) {
        size_t n = strcspn(++at, "}");
        write_object(w, NULL);
        write_strn(w, "name", at, n);
        write_str(w, "in", "path");
        write_bool(w, "required", true);
        write_object(w, "schema");
        write_str(w, "type", "string");
        write_end(w);
        write_end(w);
    }
    for (int i = 0; i < PARAM_COUNT; i++) {
        if (!(r->params >> i & 1))
            continue;
        write_object(w, NULL);
        write_str(w, "name", params[i].name);
        write_str(w, "in", "query");
        write_str(w, "description", params[i].what);
        tell_shape(w, &params[i]);
        write_end(w);
    }
    write_end(w);
}

static void tell_content(struct writer *w, const char *type, const char *schema)
{
    write_object(w, "content");
    write_object(w, type);
    if (schema) {
        write_object(w, "schema");
        write_format(w, "$ref", "#/components/schemas/%s", schema);
        write_end(w);
    }
    write_end(w);
    write_end(w);
}

static void tell_route(struct writer *w, const struct route *r)
{
    const char *type = strstr(r->path, "/live")      ? "text/event-stream"
                       : strstr(r->path, "/packets") ? type_pcapng
                       : strstr(r->path, "/metrics") ? "application/openmetrics-text"
                                                     : type_json;
    write_object(w, r->path);
    write_object(w, "get");
    write_str(w, "summary", r->what);
    tell_params(w, r);
    write_object(w, "responses");
    write_object(w, "200");
    write_str(w, "description", r->what);
    tell_content(w, type, r->schema);
    write_end(w);
    write_object(w, "default");
    write_str(w, "description", "what is wrong, in words");
    tell_content(w, type_json, "Error");
    write_end(w);
    write_end(w);
    write_end(w);
    write_end(w);
}

void api_openapi(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    (void)r;
    out->status = 200;
    out->type = type_json;
    out->body = buf_init(ANSWER_MOST);
    struct writer w = writer_init(&writer_json, &out->body);
    write_object(&w, NULL);
    write_str(&w, "openapi", "3.1.0");
    write_object(&w, "info");
    write_str(&w, "title", "routetap");
    write_str(&w, "description", "What routetap found, for programs. Nothing can be changed through it.");
    write_str(&w, "version", v->program);
    write_end(&w);
    write_object(&w, "paths");
    for (unsigned i = 0; i < route_count; i++)
        tell_route(&w, &routes[i]);
    write_end(&w);
    /* a JSON document itself */
    w.ops->bare(&w, "components", (const char *)schemas_json, strlen((const char *)schemas_json));
    write_end(&w);
    buf_char(&out->body, '\n');
}
