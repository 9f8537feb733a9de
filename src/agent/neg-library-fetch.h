/* Where a site's library is: a folder, or https. Thread: one at a time; waits. */
#pragma once

#include "agent/neg-agent.h"
#include "agent/neg-limited.h"
#include "learning/neg-library.h"

G_BEGIN_DECLS

typedef struct {
  char *folder;   /* a path, an address, "": the site has none */
  char *tls_ca;   /* "": the system's */
  guint every_s;
  guint64 quota_bytes;
} NegLibrarySettings;

gboolean neg_library_settings_read (NegLibrarySettings *settings, const NegSite *site, GError **error);
void neg_library_settings_clear (NegLibrarySettings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegLibrarySettings, neg_library_settings_clear)
gboolean neg_library_settings_is_web (const NegLibrarySettings *settings);

/* One look at it. */
typedef struct _NegLibraryFetch NegLibraryFetch;

/* Fails when it cannot be reached. @limited is of the folder. */
NegLibraryFetch *neg_library_fetch_new (NegAgent *agent, const NegLibrarySettings *settings, NegLimited *limited,
                                        GCancellable *cancellable, GError **error);
void neg_library_fetch_free (NegLibraryFetch *fetch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegLibraryFetch, neg_library_fetch_free)

/* @stamp: of the last one that was read; *new_stamp given; *json NULL: it is the same. "" with a length of 0: there is none yet. */
gboolean neg_library_fetch_manifest (NegLibraryFetch *fetch, const char *stamp, char **new_stamp, char **json, gsize *length,
                                     GError **error);
/* Whether the place is still there, when something of it is not. */
gboolean neg_library_fetch_is_there (NegLibraryFetch *fetch);
/* Its bytes into a new file at @path, which nobody else can write to when this returns TRUE. */
gboolean neg_library_fetch_file (NegLibraryFetch *fetch, const NegLibraryFile *file, const char *path, GError **error);

G_END_DECLS
