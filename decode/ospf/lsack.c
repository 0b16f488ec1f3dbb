/* Link State Acknowledgment: headers of LSAs, which are lsa.c's. RFC 2328 A.3.6, RFC 5340 A.3.6 */
#include "decode/ospf/ospf_internal.h"

void ospf_tell_lsack(struct ospf_told *t, const struct ospf_packet *p) { ospf_lsas_tell(t, p); }
void ospf_line_lsack(const struct ospf_packet *p, struct buf *out) { ospf_lsas_line(p, out); }
