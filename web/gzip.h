/* Answers made smaller for those who take them so. */
#ifndef WEB_GZIP_H
#define WEB_GZIP_H

#include "base/buf.h"

enum { WORTH_SQUEEZING = 1400 }; /* smaller ones fit a packet as they are */

/* Puts the compressed text in the place of the text; false, and all is as before, without memory. */
bool gzip_squeeze(struct buf *);

#endif
