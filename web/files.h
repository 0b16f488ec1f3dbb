/* Small files that the server needs to begin: a token, a certificate, its key. */
#ifndef WEB_FILES_H
#define WEB_FILES_H

#include <stdbool.h>

/* The whole file as text, the caller's to free; NULL: `message` says why. A secret one that others than its owner may
 * read is refused, and so is one that is empty or larger than a certificate ever is. */
char *files_read(const char *path, bool secret, char message[300]);
/* The first line of a secret file, which must be long enough not to be guessed. */
char *files_token(const char *path, char message[300]);

#endif
