/* A place in the web that speaks no DICOM: a site's library, its webhook, its answers. Asked by an engine in its cage; https, or http to
 * this computer itself. Redirects are followed within the same scheme, host and port alone.
 * Thread: one at a time, any but the main one: it waits. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

typedef struct _NegWebPlace NegWebPlace;

/* @name: what errors are about ("library", "webhook"). @address: of all that is asked for, or the folder of it. @tls_ca: a file, "": the
 * system's. @cancellable nullable. */
NegWebPlace *neg_web_place_new (NegAgent *agent, const char *name, const char *address, const char *tls_ca,
                                GCancellable *cancellable, GError **error);
void neg_web_place_free (NegWebPlace *place); /* nullable; then nobody writes to what was given any more */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegWebPlace, neg_web_place_free)

/* @file below the address, "": itself. The body into @fd (from 0 on, @bytes_max at most), which is read when the place is freed.
 * @stamp: of what is here, "": nothing; *new_stamp (nullable) given: its ETag, else when it was modified, "": the server says
 * neither; *is_same: nothing has changed, and nothing was written. */
gboolean neg_web_place_get (NegWebPlace *place, const char *file, const char *stamp, guint64 bytes_max, guint limit_s, int fd,
                            char **new_stamp, gboolean *is_same, GError **error);
/* TRUE: answered with 2xx, whatever comes after that. */
gboolean neg_web_place_post (NegWebPlace *place, const char *json, guint limit_s, GError **error);

G_END_DECLS
