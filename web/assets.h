/* The page: files made from web/ui when routetap was built, compressed and embedded; or, while it is drawn, read from a
 * folder at each request. */
#ifndef WEB_ASSETS_H
#define WEB_ASSETS_H

#include "web/request.h"

struct asset {
    const char *path; /* "/app.js" */
    const char *type;
    const uint8_t *bytes;
    size_t size;
    bool gzip;
    const char *etag; /* with its quotes */
};

/* Made at build time (ui/embed.cmake). */
extern const struct asset assets[];
extern const unsigned asset_count;
extern const unsigned char schemas_json[]; /* schemas of the API's answers; ends in zero */

/* Fills the response. False: there is no such file, and no page at that path. `folder`: NULL, or where to read. */
bool assets_answer(const char *path, const char *folder, const struct http_headers *, struct http_response *);

#endif
