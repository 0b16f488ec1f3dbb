/* A path in; a file of the page out. Views of the page have addresses of their own, and all get the page itself. */
#include "web/assets.h"

#include <stdio.h>
#include <string.h>

enum { FILE_MOST = 8 << 20 };

/* Addresses that people keep: what stands behind the second slash is the page's business. */
static bool is_view(const char *path)
{
    static const char *const views[] = { "/peerings", "/findings", "/capture", "/ospf", "/routes" };
    if (!strcmp(path, "/"))
        return true;
    for (size_t i = 0; i < COUNT(views); i++) {
        size_t n = strlen(views[i]);
        if (!strncmp(path, views[i], n) && (!path[n] || path[n] == '/'))
            return true;
    }
    return false;
}

static bool read_file(const char *folder, const char *path, struct buf *out)
{
    char name[1024], piece[4096];
    if (snprintf(name, sizeof name, "%s%s", folder, path) >= (int)sizeof name)
        return false;
    FILE *f = fopen(name, "rb");
    if (!f)
        return false;
    *out = buf_init(FILE_MOST);
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
        buf_add(out, piece, n);
    bool well = !ferror(f) && !out->lost;
    fclose(f);
    return well;
}

bool assets_answer(const char *path, const char *folder, const struct http_headers *h,
                   struct http_response *out)
{
    const char *wanted = is_view(path) ? "/index.html" : path;
    const struct asset *a = NULL;
    for (unsigned i = 0; i < asset_count; i++)
        if (!strcmp(assets[i].path, wanted))
            a = &assets[i];
    if (!a)
        return false;
    out->status = 200;
    out->type = a->type;
    if (folder && read_file(folder, wanted, &out->body))
        return true;
    if (a->gzip && !request_takes_gzip(h->accept_encoding)) {
        static const char words[] =
            "The page is compressed: ask for it with Accept-Encoding: gzip (curl --compressed).\n";
        out->status = 406;
        out->type = "text/plain; charset=utf-8";
        out->fixed = (const uint8_t *)words;
        out->fixed_size = sizeof words - 1;
        return true;
    }
    out->fixed = a->bytes;
    out->fixed_size = a->size;
    out->gzip = a->gzip;
    snprintf(out->etag, sizeof out->etag, "%s", a->etag);
    return true;
}
