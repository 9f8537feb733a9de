/* multipart/related (RFC 2046 5.1, RFC 2387) as it comes, in pieces of any size: nothing is kept but the headers of a
 * part and what may be the beginning of a delimiter.
 * Thread: one at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NegMultipart NegMultipart;

/* FALSE from any of them ends the feeding with that error. */
typedef struct {
  gboolean (*begin) (const char *content_type, gpointer user_data, GError **error); /* of the part, "" where absent */
  gboolean (*data) (const guint8 *bytes, gsize length, gpointer user_data, GError **error);
  gboolean (*end) (gpointer user_data, GError **error);
} NegMultipartHandler;

/* @content_type: of the whole, with its boundary; PROTOCOL when it is no multipart. @handler is borrowed. */
NegMultipart *neg_multipart_new (const char *content_type, const NegMultipartHandler *handler, gpointer user_data,
                                 GError **error);
void neg_multipart_free (NegMultipart *multipart);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegMultipart, neg_multipart_free)

gboolean neg_multipart_feed (NegMultipart *multipart, const guint8 *bytes, gsize length, GError **error);

/* TRUNCATED unless the closing delimiter was there: half a part has had no end(). */
gboolean neg_multipart_finish (NegMultipart *multipart, GError **error);

G_END_DECLS
