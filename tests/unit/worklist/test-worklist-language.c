/* What a person types, as a query and as keys for a peer. */
#include "config.h"

#include <string.h>

#include "worklist/neg-worklist-language.h"

/* 2026-10-25 12:00 in Berlin, the day when summer time ends: 25 hours, from 22:00 UTC to 23:00 UTC. */
#define NOW_US (G_GINT64_CONSTANT (1792926000) * G_USEC_PER_SEC)
#define DAY_S 86400
#define TODAY_S (G_GINT64_CONSTANT (1792879200))
#define TOMORROW_S (TODAY_S + 25 * 3600)

#define STATUS(x) (1u << NEG_STATUS_##x)
#define URGENCY(x) (1u << NEG_URGENCY_##x)

static const struct {
  const char *typed;
  const char *words, *modalities; /* joined by | */
  guint status_mask, urgency_mask;
  gint64 from_s, to_s;
  const char *flags; /* h here, f free, m mine */
} table[] = {
  { "", "", "", 0, 0, 0, 0, "" },
  { "   ", "", "", 0, 0, 0, 0, "" },
  { "sato", "sato", "", 0, 0, 0, 0, "" },
  { "sato 4711", "sato|4711", "", 0, 0, 0, 0, "" },
  { " Sato\t4711 ", "Sato|4711", "", 0, 0, 0, 0, "" },
  { "\"knee left\"", "knee|left", "", 0, 0, 0, 0, "" },
  { "\"today\"", "today", "", 0, 0, 0, 0, "" },
  { "\"unfinished stat", "unfinished|stat", "", 0, 0, 0, 0, "" },
  { "a\"b\"c", "a|b|c", "", 0, 0, 0, 0, "" },
  { "\"\"", "", "", 0, 0, 0, 0, "" },
  { "mod:CT", "", "CT", 0, 0, 0, 0, "" },
  { "mod:ct,mr", "", "CT|MR", 0, 0, 0, 0, "" },
  { "MOD:CT mod:us", "", "CT|US", 0, 0, 0, 0, "" },
  { "mod:", "", "", 0, 0, 0, 0, "" },
  { "mod:,", "", "", 0, 0, 0, 0, "" },
  { "ct", "ct", "", 0, 0, 0, 0, "" },
  { "foo:bar", "foo:bar", "", 0, 0, 0, 0, "" },
  { ":", ":", "", 0, 0, 0, 0, "" },
  { "today", "", "", 0, 0, TODAY_S, TOMORROW_S, "" },
  { "Today", "", "", 0, 0, TODAY_S, TOMORROW_S, "" },
  { "yesterday", "", "", 0, 0, TODAY_S - DAY_S, TODAY_S, "" },
  { "week", "", "", 0, 0, TODAY_S - 6 * DAY_S, TOMORROW_S, "" },
  { "today yesterday", "", "", 0, 0, TODAY_S, TODAY_S, "" },
  { "todays", "todays", "", 0, 0, 0, 0, "" },
  { "date:2026-10-25", "", "", 0, 0, TODAY_S, TOMORROW_S, "" },
  { "date:20261025", "", "", 0, 0, TODAY_S, TOMORROW_S, "" },
  { "date:2026-10-24..2026-10-25", "", "", 0, 0, TODAY_S - DAY_S, TOMORROW_S, "" },
  { "date:2026-10-25..", "", "", 0, 0, TODAY_S, 0, "" },
  { "date:..2026-10-25", "", "", 0, 0, 0, TOMORROW_S, "" },
  { "date:2026-10", "", "", 0, 0, TODAY_S - 24 * DAY_S, TOMORROW_S + 6 * DAY_S, "" },
  { "date:2026", "", "", 0, 0, 1767222000, 1798758000, "" },
  { "date:", "", "", 0, 0, 0, 0, "" },
  { "date:2026-13-01", "date:2026-13-01", "", 0, 0, 0, 0, "" },
  { "date:2026-1", "date:2026-1", "", 0, 0, 0, 0, "" },
  { "date:x", "date:x", "", 0, 0, 0, 0, "" },
  { "date:..", "date:..", "", 0, 0, 0, 0, "" },
  { "stat", "", "", 0, URGENCY (STAT), 0, 0, "" },
  { "urgent", "", "", 0, URGENCY (STAT) | URGENCY (HIGH), 0, 0, "" },
  { "unread", "", "", STATUS (ARRIVED), 0, 0, 0, "" },
  { "arrived", "", "", STATUS (ARRIVED), 0, 0, 0, "" },
  { "read reported", "", "", STATUS (READ) | STATUS (REPORTED), 0, 0, 0, "" },
  { "being-read", "", "", STATUS (BEING_READ), 0, 0, 0, "" },
  { "scheduled", "", "", STATUS (SCHEDULED), 0, 0, 0, "" },
  { "reading", "reading", "", 0, 0, 0, 0, "" },
  { "mine", "", "", 0, 0, 0, 0, "m" },
  { "free", "", "", 0, 0, 0, 0, "f" },
  { "unclaimed here", "", "", 0, 0, 0, 0, "fh" },
  { "mod:CT today stat unread müller", "müller", "CT", STATUS (ARRIVED), URGENCY (STAT), TODAY_S, TOMORROW_S, "" },
  { "a\xff", "a\357\277\275", "", 0, 0, 0, 0, "" },
};

static char *
join (char **strings)
{
  return strings != NULL ? g_strjoinv ("|", strings) : g_strdup ("");
}

static void
check_query (guint i, const NegEntryQuery *query)
{
  g_autofree char *words = join (query->words);
  g_autofree char *modalities = join (query->modalities);

  g_test_message ("%u", i);
  g_assert_cmpstr (words, ==, table[i].words);
  g_assert_cmpstr (modalities, ==, table[i].modalities);
  g_assert_cmphex (query->status_mask, ==, table[i].status_mask);
  g_assert_cmphex (query->urgency_mask, ==, table[i].urgency_mask);
  g_assert_cmpint (query->from_us, ==, table[i].from_s * G_USEC_PER_SEC);
  g_assert_cmpint (query->to_us, ==, table[i].to_s * G_USEC_PER_SEC);
  g_assert_cmpint (query->here_only, ==, strchr (table[i].flags, 'h') != NULL);
  g_assert_cmpint (query->unclaimed_only, ==, strchr (table[i].flags, 'f') != NULL);
  g_assert_cmpstr (query->claimed_by, ==, strchr (table[i].flags, 'm') != NULL ? "ann" : NULL);
  g_assert_cmpint (query->order, ==, NEG_COLUMN_ID);
  g_assert_true (query->descending);
}

static void
test_table (void)
{
  g_autoptr (GTimeZone) berlin = g_time_zone_new_identifier ("Europe/Berlin");
  NegEntryQuery query = { .order = NEG_COLUMN_ID, .descending = TRUE };

  g_assert_nonnull (berlin);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    neg_worklist_language_parse (table[i].typed, berlin, NOW_US, "ann", &query);
    check_query (i, &query);
  }
  neg_entry_query_clear (&query);
}

/* 2026-03-29: 23 hours. */
static void
test_short_day (void)
{
  g_autoptr (GTimeZone) berlin = g_time_zone_new_identifier ("Europe/Berlin");
  NegEntryQuery query = { 0 };

  neg_worklist_language_parse ("today", berlin, G_GINT64_CONSTANT (1774780000) * G_USEC_PER_SEC, NULL, &query);
  g_assert_cmpint (query.to_us - query.from_us, ==, 23 * G_TIME_SPAN_HOUR);
  neg_entry_query_clear (&query);
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Each set "Key=value Key=value", sorted; sets joined by ";". */
static char *
dup_keys (const char *typed)
{
  g_autoptr (GTimeZone) berlin = g_time_zone_new_identifier ("Europe/Berlin");
  g_autoptr (GPtrArray) sets = neg_worklist_language_get_keys (typed, berlin, NOW_US);
  GString *text = g_string_new (NULL);

  for (guint i = 0; sets != NULL && i < sets->len; i++) {
    g_autoptr (GPtrArray) pairs = g_ptr_array_new_with_free_func (g_free);
    GHashTableIter iter;
    gpointer name, value;

    g_hash_table_iter_init (&iter, g_ptr_array_index (sets, i));
    while (g_hash_table_iter_next (&iter, &name, &value))
      g_ptr_array_add (pairs, g_strdup_printf ("%s=%s", (char *) name, (char *) value));
    g_ptr_array_sort (pairs, compare_lines);
    for (guint j = 0; j < pairs->len; j++)
      g_string_append_printf (text, "%s%s", j > 0 ? " " : i > 0 ? ";" : "", (char *) g_ptr_array_index (pairs, j));
  }
  return g_string_free (text, FALSE);
}

static void
test_keys (void)
{
  static const char *const keys[][2] = {
    { "", "" },
    { "unread stat here", "" },
    { "sato", "PatientName=sato*;PatientID=sato;AccessionNumber=sato" },
    { "4711", "PatientName=4711*;PatientID=4711;AccessionNumber=4711" },
    { "sato taro", "PatientName=sato*taro*" },
    { "sato 4711", "PatientID=4711 PatientName=sato*;AccessionNumber=4711 PatientName=sato*" },
    { "today", "StudyDate=20261025" },
    { "week mod:CT", "ModalitiesInStudy=CT StudyDate=20261019-20261025" },
    { "date:2026-10-01..", "StudyDate=20261001-" },
    { "date:..2026-10-01", "StudyDate=-20261001" },
    { "mod:CT,MR lee taro", "ModalitiesInStudy=CT PatientName=lee*taro*;ModalitiesInStudy=MR PatientName=lee*taro*" },
    { "a*b\\c taro", "PatientName=a b c*taro*" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autofree char *found = dup_keys (keys[i][0]);

    g_assert_cmpstr (found, ==, keys[i][1]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worklist-language/table", test_table);
  g_test_add_func ("/worklist-language/short-day", test_short_day);
  g_test_add_func ("/worklist-language/keys", test_keys);
  return g_test_run ();
}
