/* An archive with studies in its cache, for tests: what is said of them, and what is left. Study N is 2.25.N, of patient N
 * unless said. */
#pragma once

#include "archive-home.h"
#include "store/neg-cache.h"
#include "store/neg-entries.h"

#define DAY_US (24 * 3600 * (gint64) G_USEC_PER_SEC)

void cache_home_write (ArchiveHome *home, const char *format, ...) G_GNUC_PRINTF (2, 3);
void cache_home_fetch_for (ArchiveHome *home, NegCachePurpose purpose, guint study, gint64 entry);
void cache_home_open_entry (ArchiveHome *home, gint64 entry, gint64 beside);
void cache_home_set_status (ArchiveHome *home, gint64 entry, NegEntryStatus status);
void cache_home_say (ArchiveHome *home, gboolean scheduled, const NegRemoteStudy *studies, guint n);
gint64 cache_home_find_entry (ArchiveHome *home, guint study);
gboolean cache_home_has (ArchiveHome *home, guint study);
void cache_home_bring_of (ArchiveHome *home, guint patient, guint study, int age);
void cache_home_bring (ArchiveHome *home, guint study, int age);
void cache_home_evict_to (ArchiveHome *home, guint n);
char *cache_home_date_in (int days);
NegRemoteStudy cache_home_step_of (guint patient, const char *date);
gint64 cache_home_find_step (ArchiveHome *home, guint patient);
gboolean cache_home_pin (ArchiveHome *home, gboolean pinned, GError **error);
