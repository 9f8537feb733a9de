#include "config.h"

#include "ui/neg-cache-words.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"

#define DAY_US (24 * 3600 * (gint64) G_USEC_PER_SEC)

static guint64
get_bytes (GVariant *dict, const char *key)
{
  guint64 value = 0;

  g_variant_lookup (dict, key, "t", &value);
  return value;
}

static guint
get_count (GVariant *dict, const char *key)
{
  guint value = 0;

  g_variant_lookup (dict, key, "u", &value);
  return value;
}

static gint64
get_time (GVariant *dict, const char *key)
{
  gint64 value = 0;

  g_variant_lookup (dict, key, "x", &value);
  return value;
}

static char *
dup_text (GVariant *dict, NegTextKind kind, const char *key)
{
  const char *text = "";

  g_variant_lookup (dict, key, "&s", &text);
  return neg_text_dup_shown (kind, text);
}

/* --- all of it --- */

char *
neg_cache_words_dup_size (GVariant *status)
{
  g_autofree char *bytes = g_format_size (get_bytes (status, "bytes"));
  g_autofree char *quota = g_format_size (get_bytes (status, "quota-bytes"));
  guint n = get_count (status, "studies");

  return g_strdup_printf (ngettext ("%s in %u study; %s are allowed", "%s in %u studies; %s are allowed", n), bytes, n,
                          quota);
}

double
neg_cache_words_get_fraction (GVariant *status)
{
  const guint64 quota = get_bytes (status, "quota-bytes");

  return quota > 0 ? MIN ((double) get_bytes (status, "bytes") / (double) quota, 1) : 0;
}

char *
neg_cache_words_dup_free (GVariant *status)
{
  g_autofree char *free_size = g_format_size (get_bytes (status, "free-bytes"));
  g_autofree char *kept = g_format_size (get_bytes (status, "keep-free-bytes"));

  return g_strdup_printf (_ ("%s are free on the disk; %s are kept free"), free_size, kept);
}

char *
neg_cache_words_dup_rate (GVariant *counts)
{
  const guint hits = get_count (counts, "hits"), n = hits + get_count (counts, "misses");
  g_autofree char *saved = g_format_size (get_bytes (counts, "saved-bytes"));

  if (n == 0)
    return g_strdup (_ ("Nothing was opened"));
  return g_strdup_printf (ngettext ("%u %% of %u opening was here at once; nobody waited for %s",
                                    "%u %% of %u openings were here at once; nobody waited for %s", n),
                          (guint) ((guint64) hits * 100 / n), n, saved);
}

char *
neg_cache_words_dup_priors (GVariant *counts)
{
  const guint predicted = get_count (counts, "predicted"), missed = get_count (counts, "missed");
  g_autofree char *evicted = g_format_size (get_bytes (counts, "evicted-bytes"));

  return g_strdup_printf (_ ("%u opened that were brought ahead, %u priors that were not; %s given up for room"),
                          predicted, missed, evicted);
}

/* --- one study --- */

static void
append (GString *text, const char *part)
{
  if (part == NULL || *part == '\0')
    return;
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, part);
}

static char *
dup_modalities (GVariant *dict, const char *key)
{
  g_autofree char *text = dup_text (dict, NEG_TEXT_SITE, key);

  return g_strdelimit (g_steal_pointer (&text), "\\", '/');
}

char *
neg_cache_words_dup_title (GVariant *study)
{
  g_autofree char *modalities = dup_modalities (study, "modalities");
  g_autofree char *description = dup_text (study, NEG_TEXT_FREE, "description");
  const char *written = "";
  g_autofree char *date = NULL;
  GString *text = g_string_new (NULL);

  g_variant_lookup (study, "study-date", "&s", &written);
  date = neg_caption_dup_date (written);
  append (text, modalities);
  append (text, description);
  append (text, *written != '\0' ? date : _ ("Study without a date"));
  return g_string_free (text, FALSE);
}

char *
neg_cache_words_dup_patient (GVariant *study)
{
  const char *written = "";
  g_autofree char *id = dup_text (study, NEG_TEXT_ID, "patient-id");
  g_autofree char *name = NULL;
  GString *text = g_string_new (NULL);

  g_variant_lookup (study, "patient-name", "&s", &written);
  name = neg_caption_dup_person (written);
  append (text, name);
  append (text, id);
  return g_string_free (text, FALSE);
}

static GDateTime *
get_local (gint64 time_us, GTimeZone *zone)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);

  return utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;
}

/* Of whole days, as a person counts them: by dates. */
static char *
dup_ago (const char *today, const char *yesterday, const char *earlier, gint64 time_us, GTimeZone *zone, gint64 now_us)
{
  g_autoptr (GDateTime) then = get_local (time_us, zone), now = get_local (now_us, zone);
  g_autofree char *day = then != NULL ? g_date_time_format (then, "%Y-%m-%d") : NULL;
  g_autofree char *last = NULL, *this = now != NULL ? g_date_time_format (now, "%Y-%m-%d") : NULL;
  g_autoptr (GDateTime) before = now != NULL ? g_date_time_add_days (now, -1) : NULL;

  last = before != NULL ? g_date_time_format (before, "%Y-%m-%d") : NULL;
  if (day == NULL || this == NULL)
    return g_strdup ("");
  if (g_str_equal (day, this))
    return g_strdup (today);
  if (g_strcmp0 (day, last) == 0)
    return g_strdup (yesterday);
  return g_strdup_printf (earlier, (guint) MAX ((now_us - time_us + DAY_US / 2) / DAY_US, 2));
}

/* "CT Abdomen of 2026-11-23"; "" where the case is not known any more. */
static char *
dup_case (GVariant *study, GTimeZone *zone)
{
  g_autofree char *modalities = dup_modalities (study, "case-modalities");
  g_autofree char *description = dup_text (study, NEG_TEXT_FREE, "case-description");
  g_autofree char *what = *modalities != '\0' && *description != '\0' ? g_strconcat (modalities, " ", description, NULL)
                                                                       : g_strconcat (modalities, description, NULL);
  gint64 time_us = get_time (study, "case-us");
  g_autoptr (GDateTime) when = time_us != 0 ? get_local (time_us, zone) : NULL;
  g_autofree char *date = when != NULL ? g_date_time_format (when, "%Y-%m-%d") : NULL;

  if (*what == '\0' && date == NULL)
    return g_strdup ("");
  if (date == NULL)
    return g_steal_pointer (&what);
  return g_strdup_printf (_ ("%s of %s"), *what != '\0' ? what : _ ("a study"), date);
}

static char *
dup_needed (GVariant *study, GTimeZone *zone)
{
  g_autofree char *subject = dup_case (study, zone);
  gboolean ahead = FALSE;

  g_variant_lookup (study, "ahead", "b", &ahead);
  if (*subject == '\0')
    return g_strdup (ahead ? _ ("brought ahead") : _ ("needed for a case"));
  return g_strdup_printf (ahead ? _ ("brought ahead for %s") : _ ("needed for %s"), subject);
}

static char *
dup_age (GVariant *study, GTimeZone *zone, gint64 now_us)
{
  gint64 opened_us = get_time (study, "opened-us");

  if (opened_us != 0)
    return dup_ago (_ ("opened today"), _ ("opened yesterday"), _ ("opened %u days ago"), opened_us, zone, now_us);
  return dup_ago (_ ("came today, not opened"), _ ("came yesterday, not opened"), _ ("came %u days ago, not opened"),
                  get_time (study, "used-us"), zone, now_us);
}

char *
neg_cache_words_dup_why (GVariant *study, GTimeZone *zone, gint64 now_us)
{
  const char *reason = "";

  g_variant_lookup (study, "reason", "&s", &reason);
  if (g_str_equal (reason, "pinned")) {
    g_autofree char *user = dup_text (study, NEG_TEXT_SITE, "pinned-by");

    return g_strdup_printf (_ ("pinned by %s"), user);
  }
  if (g_str_equal (reason, "open"))
    return g_strdup (_ ("open now"));
  if (g_str_equal (reason, "unread"))
    return g_strdup (_ ("unread"));
  if (g_str_equal (reason, "sending"))
    return g_strdup (_ ("a transfer needs it"));
  return g_str_equal (reason, "case") ? dup_needed (study, zone) : dup_age (study, zone, now_us);
}

char *
neg_cache_words_dup_amount (GVariant *study)
{
  g_autofree char *bytes = g_format_size (get_bytes (study, "bytes"));
  guint n = get_count (study, "objects");

  return g_strdup_printf (ngettext ("%u image, %s", "%u images, %s", n), n, bytes);
}
