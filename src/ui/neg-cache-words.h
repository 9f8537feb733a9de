/* What the cache says of itself, in words, from the answer of CacheStatus (org.negatoscope.Agent.xml). Keys that are not
 * there count as nothing. Thread: any, no state. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @status: a{sv}. All given, never NULL. "12.4 GB in 143 studies; 20 GB are allowed" */
char *neg_cache_words_dup_size (GVariant *status);
double neg_cache_words_get_fraction (GVariant *status); /* of what is allowed, 0 to 1 */
char *neg_cache_words_dup_free (GVariant *status);
/* @counts: its "today" or "month". "92 % of 38 openings were here at once ..." */
char *neg_cache_words_dup_rate (GVariant *counts);
char *neg_cache_words_dup_priors (GVariant *counts);

/* @study: a{sv}. "CT · Abdomen · 2026-03-02", whose it is, why it is here, how much it is. @now_us: UTC. */
char *neg_cache_words_dup_title (GVariant *study);
char *neg_cache_words_dup_patient (GVariant *study);
char *neg_cache_words_dup_why (GVariant *study, GTimeZone *zone, gint64 now_us);
char *neg_cache_words_dup_amount (GVariant *study);

G_END_DECLS
