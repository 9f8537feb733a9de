/* What the pool's non-blocking transfer shares with the blocking one. */
#pragma once

#include "wire/neg-message.h"

G_BEGIN_DECLS

/* One sendmsg() of up to @length bytes with @n_fds descriptors on its first byte; -1 and errno as sendmsg, never
 * EINTR or SIGPIPE. */
gssize _neg_message_send_part (int socket, const guint8 *bytes, gsize length, const int *fds, guint n_fds);

/* One recvmsg() from a side that may send no descriptors; *has_descriptor: one came with the last of these bytes (the kernel has
 * dropped it). */
gssize _neg_message_receive_part (int socket, guint8 *target, gsize length, gboolean *has_descriptor);

/* As neg_message_receive(), of at most @body_max bytes. */
gboolean _neg_message_receive_within (int socket, guint32 body_max, NegMessageHeader *header, GByteArray *body,
                                      GArray *fds, GError **error);

G_END_DECLS
