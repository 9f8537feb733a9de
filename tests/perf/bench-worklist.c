/* A reading list of a million made-up studies, and how long what a person types takes in the store: every beginning of
 * names, IDs, accession numbers and descriptions, with and without chips, in every column's order, both ways. Ends with 1
 * where 95 % of some kind take more than 2 ms of the processor and more than 4 times the raw probe beside them.
 *   bench-worklist FOLDER [N [WORST]]   (keeps FOLDER/archive.db for the next time; tells about the WORST searches) */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/neg-error.h"
#include "neg-store-resources.h"
#include "store/neg-database-private.h"
#include "store/neg-entries-private.h"

static const char *const families[] = {
  "Müller",  "Schmidt", "Schneider", "Fischer",  "Weber",     "Meyer",    "Wagner",    "Becker",   "Schulz",
  "Hoffmann", "Smith",  "Johnson",   "Williams", "Brown",     "Jones",    "Garcia",    "Miller",   "Davis",
  "Rodriguez", "Martinez", "Hernandez", "Lopez", "Gonzalez",  "Wilson",   "Anderson",  "Thomas",   "Taylor",
  "Moore",   "Jackson", "Martin",    "Lee",      "Perez",     "Thompson", "White",     "Harris",   "Sanchez",
  "Clark",   "Ramirez", "Lewis",     "Robinson", "Walker",    "Young",    "Allen",     "King",     "Wright",
  "Scott",   "Torres",  "Nguyen",    "Hill",     "Flores",    "Sato",     "Suzuki",    "Takahashi", "Tanaka",
  "Watanabe", "Ito",    "Yamamoto",  "Kowalski", "Nowak",     "Ivanova",  "Petrov",    "Rossi",    "Bianchi",
  "Dubois",  "Okafor",  "Haddad",    "Lindqvist", "Kaya",     "Chen",     "Wang",      "Zhang",
};
static const char *const givens[] = { "Anna",  "Ben",  "Chiara", "David", "Elif", "Femi", "Grace", "Hiro", "Ines",
                                      "Jan",   "Kofi", "Lea",    "Mina",  "Noor", "Otto", "Petra", "Quinn", "Rosa",
                                      "Sami",  "Tara", "Uma",    "Viktor", "Wren", "Xena", "Yusuf", "Zoe" };
static const char *const endings[] = { "er", "son", "ova", "ski", "mann", "ez", "a", "i", "o", "berg" };
static const char *const descriptions[] = {
  "CT Thorax KM", "CT Abdomen", "MR Kopf nativ", "MR Knie li", "CR Thorax pa", "US Abdomen", "DX Hand re",
  "CT Pulmonary angiography", "MR lumbar spine", "PT CT Ganzkörper", "MG screening", "XA coronary",
};
static const char *const body_parts[] = { "CHEST", "ABDOMEN", "HEAD", "KNEE", "HAND", "LSPINE", "BREAST", "HEART" };

#define PICK(random, list) (list)[g_rand_int_range (random, 0, G_N_ELEMENTS (list))]
#define NOW_US G_GINT64_CONSTANT (1795000000000000)
#define DAY_US (24 * 3600 * (gint64) G_USEC_PER_SEC)

static void
check (gboolean done, GError *error)
{
  if (!done) {
    fprintf (stderr, "bench-worklist: %s\n", error != NULL ? error->message : "failed");
    exit (1);
  }
}

/* --- making it --- */

static void
bind_text_and_fold (NegStatement *statement, int parameter, int folded, const char *text)
{
  g_autofree char *fold = _neg_entry_fold (text);

  neg_statement_bind_text (statement, parameter, text);
  neg_statement_bind_text (statement, folded, fold);
}

static void
bind_study (NegStatement *statement, GRand *random, guint i)
{
  const char *ending = g_rand_double (random) < 0.3 ? "" : PICK (random, endings);
  const char *description = PICK (random, descriptions);
  g_autofree char *name = g_strdup_printf ("%s%s^%s", PICK (random, families), ending, PICK (random, givens));
  g_autofree char *id = g_strdup_printf ("P%07d", g_rand_int_range (random, 0, 400000));
  g_autofree char *accession = g_strdup_printf ("A%09u", i);
  g_autofree char *uid = g_strdup_printf ("1.2.826.0.1.3680043.8.498.%u", i);
  g_autofree char *referrer = g_strdup_printf ("%s^Dr", PICK (random, families));
  g_autofree char *modality = g_strndup (description, 2);
  g_autofree char *birth_date = g_strdup_printf ("%d%02d%02d", g_rand_int_range (random, 1930, 2020),
                                                 g_rand_int_range (random, 1, 13), g_rand_int_range (random, 1, 29));
  gboolean is_recent = g_rand_double (random) < 0.01;
  double age = g_rand_double_range (random, 0, is_recent ? 7 : 3650);

  neg_statement_bind_int (statement, 1, i);
  neg_statement_bind_int (statement, 2, i + 1);
  neg_statement_bind_text (statement, 3, uid);
  neg_statement_bind_int (statement, 4, g_rand_double (random) < 0.3 ? i + 1 : 0);
  bind_text_and_fold (statement, 5, 34, name);
  bind_text_and_fold (statement, 6, 35, id);
  neg_statement_bind_text (statement, 7, "H");
  neg_statement_bind_text (statement, 8, name);
  neg_statement_bind_text (statement, 9, birth_date);
  neg_statement_bind_text (statement, 10, g_rand_boolean (random) ? "F" : "M");
  bind_text_and_fold (statement, 11, 36, accession);
  neg_statement_bind_text (statement, 12, "");
  neg_statement_bind_text (statement, 13, modality);
  neg_statement_bind_text (statement, 38, modality);
  bind_text_and_fold (statement, 14, 37, description);
  bind_text_and_fold (statement, 15, 39, PICK (random, body_parts));
  bind_text_and_fold (statement, 16, 40, g_rand_boolean (random) ? "WARD 3" : "ER");
  bind_text_and_fold (statement, 17, 41, referrer);
  neg_statement_bind_text (statement, 18, "20260101");
  neg_statement_bind_text (statement, 19, "101500");
  neg_statement_bind_text (statement, 20, "PACS");
  neg_statement_bind_int (statement, 21, NOW_US - (gint64) (age * (double) DAY_US));
  neg_statement_bind_int (statement, 22, 0);
  neg_statement_bind_int (statement, 23, 0);
  neg_statement_bind_int (statement, 24, g_rand_double (random) < 0.01 ? 0 : g_rand_double (random) < 0.1 ? 1 : 3);
  neg_statement_bind_int (statement, 25, age < 3 ? (g_rand_boolean (random) ? 1 : 3) : 4);
  neg_statement_bind_text (statement, 26, g_rand_double (random) < 0.00002 ? "ann" : "");
  neg_statement_bind_text (statement, 27, "");
  neg_statement_bind_int (statement, 28, 0);
  neg_statement_bind_int (statement, 29, g_rand_double (random) < 0.3 ? g_rand_int_range (random, 1, 2000) : 0);
  neg_statement_bind_int (statement, 30, g_rand_int_range (random, 1, 2000));
  neg_statement_bind_int (statement, 31, 1);
  neg_statement_bind_int (statement, 32, g_rand_int_range (random, 0, 9));
  neg_statement_bind_int (statement, 33, 0);
}

static gboolean
fill (NegDatabase *database, gpointer data, GError **error)
{
  guint n = *(guint *) data;
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  g_autoptr (GString) sql = g_string_new ("INSERT INTO entry (" NEG_ENTRY_COLUMNS ") VALUES (?1");
  NegStatement *statement;
  gint64 begin = g_get_monotonic_time ();

  for (int i = 2; i <= 41; i++)
    g_string_append_printf (sql, ", ?%d", i);
  g_string_append (sql, ")");
  statement = neg_database_prepare (database, sql->str, error);
  for (guint i = 0; statement != NULL && i < n; i++) {
    bind_study (statement, random, i);
    if (!neg_statement_run (statement, error))
      return FALSE;
  }
  statement = neg_database_prepare (database, "UPDATE entry_number SET next_id = ?1, next_doc = ?1", error);
  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, n + 1);
  if (!neg_statement_run (statement, error))
    return FALSE;
  fprintf (stderr, "filled in %.1f s\n", (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC);
  begin = g_get_monotonic_time ();
  if (!neg_entries_rebuild (database, error))
    return FALSE;
  fprintf (stderr, "orders and search built in %.1f s\n", (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC);
  return TRUE;
}

/* --- measuring --- */

#define LIMIT_MS 2.0
#define LIMIT_RATIO 4.0 /* to the raw probe: a search beyond both is slow, one beyond the first has a slow machine */
#define PROBE_EACH 5u   /* searches */

static guint n_worst; /* searches of each kind to be told about */
static gboolean is_missed;

typedef struct {
  gint64 wall_us, cpu_us;
} Moment;

/* The processor's time too: what is measured should not depend on who else is at work. */
static Moment
now (void)
{
  struct timespec cpu;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &cpu);
  return (Moment){ .wall_us = g_get_monotonic_time (), .cpu_us = cpu.tv_sec * G_USEC_PER_SEC + cpu.tv_nsec / 1000 };
}

typedef struct {
  double wall, cpu;
  char what[40]; /* was asked for */
  int n_read, n_cached; /* pages of the file */
} Time;

static Time
since_ms (Moment begin)
{
  Moment end = now ();

  return (Time){ .wall = (double) (end.wall_us - begin.wall_us) / 1000, .cpu = (double) (end.cpu_us - begin.cpu_us) / 1000 };
}

static int
compare_wall (gconstpointer a, gconstpointer b)
{
  const Time *left = a, *right = b;

  return left->wall < right->wall ? -1 : left->wall > right->wall;
}

static int
compare_cpu (gconstpointer a, gconstpointer b)
{
  const Time *left = a, *right = b;

  return left->cpu < right->cpu ? -1 : left->cpu > right->cpu;
}

static int
take_status (NegDatabase *database, int which)
{
  int now_n = 0, highest;

  sqlite3_db_status (database->handle, which, &now_n, &highest, TRUE);
  return now_n;
}

static const Time *
percentile (GArray *times, double part)
{
  return &g_array_index (times, Time, (guint) (part * (double) (times->len - 1)));
}

/* The slowest ones, by the processor's time. */
static void
print_worst (GArray *times)
{
  for (guint i = 1; i <= MIN (n_worst, times->len); i++) {
    const Time *time = &g_array_index (times, Time, times->len - i);

    fprintf (stderr, "  %7.3f ms cpu %7.3f ms  %5d pages read %5d cached  %s\n", time->cpu, time->wall, time->n_read,
             time->n_cached, time->what);
  }
}

static void
report (const char *name, GArray *times, guint64 rows)
{
  g_array_sort (times, compare_wall);
  printf ("  {\"class\": \"%s\", \"n\": %u, \"p50_ms\": %.3f, \"p95_ms\": %.3f, \"max_ms\": %.3f, ", name, times->len,
          percentile (times, 0.5)->wall, percentile (times, 0.95)->wall, percentile (times, 1)->wall);
  g_array_sort (times, compare_cpu);
  printf ("\"p50_cpu_ms\": %.3f, \"p95_cpu_ms\": %.3f, \"max_cpu_ms\": %.3f, \"rows\": %.1f},\n",
          percentile (times, 0.5)->cpu, percentile (times, 0.95)->cpu, percentile (times, 1)->cpu,
          (double) rows / times->len);
  fflush (stdout);
  print_worst (times);
}

static void
measure_typed (NegDatabase *database, const char *typed, const NegEntryQuery *conditions, GArray *times, guint64 *rows)
{
  g_auto (GStrv) words = g_strsplit (typed, " ", -1);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  NegEntryQuery query = *conditions;
  Moment begin;
  Time time;

  query.words = words;
  take_status (database, SQLITE_DBSTATUS_CACHE_MISS);
  take_status (database, SQLITE_DBSTATUS_CACHE_HIT);
  begin = now ();
  entries = neg_entries_list (database, &query, 0, 100, &error);
  time = since_ms (begin);
  check (entries != NULL, error);
  g_snprintf (time.what, sizeof time.what, "column %d%s, %u rows: %s", query.order, query.descending ? " down" : "",
              entries->len, typed);
  time.n_read = take_status (database, SQLITE_DBSTATUS_CACHE_MISS);
  time.n_cached = take_status (database, SQLITE_DBSTATUS_CACHE_HIT);
  g_array_append_val (times, time);
  *rows += entries->len;
}

/* What a hundred rows cost where an index has them side by side. */
static void
probe (NegDatabase *database, guint i, GArray *times_ms)
{
  g_autofree char *accession = g_strdup_printf ("A%09u", i * 1999 % 1000000);
  g_autoptr (GError) error = NULL;
  Moment begin = now ();
  NegStatement *statement
      = neg_database_prepare (database, NEG_ENTRY_SELECT "WHERE accession <> '' AND accession >= ?1 "
                                                         "ORDER BY accession LIMIT 100",
                              &error);
  gboolean has_row;
  Time time;

  check (statement != NULL, error);
  neg_statement_bind_text (statement, 1, accession);
  while (neg_statement_step (statement, &has_row, &error) && has_row)
    _neg_entry_row_free (_neg_entry_row_read (statement));
  time = since_ms (begin);
  g_array_append_val (times_ms, time);
}

static void
measure_probe (NegDatabase *database)
{
  g_autoptr (GArray) times_ms = g_array_new (FALSE, FALSE, sizeof (Time));

  for (guint i = 0; i < 500; i++)
    probe (database, i, times_ms);
  report ("probe: 100 rows by an index", times_ms, 500 * 100);
}

/* @times and @probes are sorted by the processor's time. */
static void
judge (const char *name, GArray *times, GArray *probes, gboolean is_gate)
{
  double p95_ms = percentile (times, 0.95)->cpu, ratio;

  g_array_sort (probes, compare_cpu);
  ratio = p95_ms / percentile (probes, 0.95)->cpu;
  printf ("  {\"class\": \"%s / raw probe beside it\", \"p95_cpu_ratio\": %.2f, \"p50_cpu_ratio\": %.2f},\n", name,
          ratio, percentile (times, 0.5)->cpu / percentile (probes, 0.5)->cpu);
  if (is_gate && p95_ms > LIMIT_MS)
    fprintf (stderr, "bench-worklist: %s: 95 %% take up to %.2f ms, %.1f x the raw probe\n", name, p95_ms, ratio);
  is_missed |= is_gate && p95_ms > LIMIT_MS && ratio > LIMIT_RATIO;
}

/* Every beginning of every text, in every order: a person chooses an order and types. */
static void
measure (NegDatabase *database, const char *name, const char *const *texts, NegEntryQuery *query, gboolean is_gate)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (Time));
  g_autoptr (GArray) probes = g_array_new (FALSE, FALSE, sizeof (Time));
  guint64 rows = 0;

  for (guint order = 0; order < NEG_COLUMN_N * 2; order++) {
    query->order = order / 2;
    query->descending = order % 2;
    check (neg_entries_keep_order (database, query->order, query->descending, NULL), NULL); /* as the list does */
    for (const char *const *text = texts; *text != NULL; text++)
      for (const char *end = *text;; end = g_utf8_next_char (end)) {
        g_autofree char *typed = g_strndup (*text, (gsize) (end - *text));

        measure_typed (database, typed, query, times, &rows);
        if (times->len % PROBE_EACH == 1)
          probe (database, times->len, probes);
        if (*end == '\0')
          break;
      }
  }
  report (name, times, rows);
  judge (name, times, probes, is_gate);
}

static void
measure_count (NegDatabase *database)
{
  static const char *const texts[] = { "s", "sc", "schm", "schmidt", "thorax", "p0001", "schmidt anna" };
  g_autoptr (GArray) times_ms = g_array_new (FALSE, FALSE, sizeof (Time));
  guint64 rows = 0;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_auto (GStrv) words = g_strsplit (texts[i], " ", -1);
    NegEntryQuery query = { .words = words };
    Moment begin = now ();
    guint n = 0;
    Time time;

    check (neg_entries_count (database, &query, 1000000, &n, NULL), NULL);
    time = since_ms (begin);
    g_array_append_val (times_ms, time);
    rows += n;
  }
  report ("count", times_ms, rows);
}

static void
measure_deep (NegDatabase *database)
{
  static char *words[] = { (char *) "schmidt", NULL };
  g_autoptr (GArray) times_ms = g_array_new (FALSE, FALSE, sizeof (Time));
  NegEntryQuery query = { .words = words, .order = NEG_COLUMN_BIRTH_DATE };

  for (guint first = 0; first < NEG_ENTRIES_REACH; first += 1100) {
    Moment begin = now ();
    g_autoptr (GPtrArray) entries = neg_entries_list (database, &query, first, 100, NULL);
    Time time = since_ms (begin);

    check (entries != NULL, NULL);
    g_array_append_val (times_ms, time);
  }
  report ("deep pages", times_ms, 1000);
}

/* What each received object of a study costs its entry, and what a new study does. */
static gboolean
measure_writes (NegDatabase *database, gpointer data, GError **error)
{
  g_autoptr (GArray) counts = g_array_new (FALSE, FALSE, sizeof (Time));
  g_autoptr (GArray) news = g_array_new (FALSE, FALSE, sizeof (Time));

  for (guint i = 0; i < 4000; i++) {
    g_autoptr (NegEntryRow) old = _neg_entry_row_find (database, 1 + i / 100 * 7919, error);
    g_autoptr (NegEntryRow) row = old != NULL ? _neg_entry_row_copy (old) : NULL;
    Moment begin = now ();
    Time time;

    if (row == NULL)
      return FALSE;
    row->entry->n_here++;
    if (!_neg_entry_row_store (database, old, row, error))
      return FALSE;
    time = since_ms (begin);
    g_array_append_val (counts, time);
    if (i % 10 != 0)
      continue;
    begin = now ();
    row->entry->id = 0;
    row->entry->time_us = NOW_US + i;
    if (!_neg_entry_row_store (database, NULL, row, error))
      return FALSE;
    time = since_ms (begin);
    g_array_append_val (news, time);
  }
  report ("write: one more image", counts, 0);
  report ("write: a new study", news, 0);
  return neg_fail (error, NEG_ERROR_CANCELLED, "bench", "Not to be kept");
}

static void
measure_all (NegDatabase *database, NegDatabase *forgetful)
{
  static const char *const none[] = { "", NULL };
  static const char *const names[] = { "schmidtmann", "hernandezova", "müllerson", "sato", "watanabeski", "kowalski le",
                                       "garcia ot", "garcia femi", "midt", "zhangberg zoe", NULL };
  static const char *const ids[] = { "P0001234", "P0399999", "p0271828", "4711", "271828", NULL };
  static const char *const accessions[] = { "A000123456", "A000999999", "A000271828", "314159", NULL };
  static const char *const descriptions_typed[] = { "ct thorax", "pulmonary angio", "schmidt thorax", "mr knie li weber",
                                                    "screening", "ganz", NULL };
  static const char *const short_names[] = { "schmidt", "sato", "kow", NULL };
  static char *ct[] = { (char *) "CT", NULL }, *rare[] = { (char *) "XA", (char *) "MG", NULL };
  NegEntryQuery plain = { 0 }, mod = { .modalities = ct }, mods = { .modalities = rare },
                today = { .from_us = NOW_US - DAY_US, .to_us = NOW_US },
                years = { .from_us = NOW_US - 1000 * DAY_US, .to_us = NOW_US },
                unread = { .status_mask = 1 << NEG_STATUS_ARRIVED, .urgency_mask = 1 << NEG_URGENCY_STAT },
                reported = { .status_mask = 1 << NEG_STATUS_REPORTED, .unclaimed_only = TRUE }, here = { .here_only = TRUE },
                much = { .modalities = ct, .here_only = TRUE, .status_mask = 1 << NEG_STATUS_REPORTED };

  measure_probe (database);
  measure (database, "nothing typed", none, &plain, TRUE);
  measure (database, "name", names, &plain, TRUE);
  measure (database, "ID", ids, &plain, TRUE);
  measure (database, "accession", accessions, &plain, TRUE);
  measure (database, "description", descriptions_typed, &plain, TRUE);
  measure (database, "mod:CT", short_names, &mod, TRUE);
  measure (database, "mod:XA,MG", short_names, &mods, TRUE);
  measure (database, "today", short_names, &today, TRUE);
  measure (database, "three years", short_names, &years, TRUE);
  measure (database, "stat unread", short_names, &unread, TRUE);
  measure (database, "reported free", short_names, &reported, TRUE);
  measure (database, "here", short_names, &here, TRUE);
  measure (database, "mod:CT here reported", short_names, &much, TRUE);
  measure (forgetful, "name, nothing kept", names, &plain, FALSE);
  measure_count (database);
  measure_deep (database);
}

int
main (int argc, char **argv)
{
  NegSchema schema = { .resource = neg_store_get_resource (), .folder = "/org/negatoscope/store/archive" };
  g_autoptr (GError) error = NULL;
  g_autofree char *path = argc > 1 ? g_build_filename (argv[1], "archive.db", NULL) : NULL;
  guint n = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 1000000;
  g_autoptr (NegDatabase) database = NULL;
  g_autoptr (NegDatabase) reader = NULL;
  g_autoptr (NegDatabase) forgetful = NULL; /* as while studies come */
  NegStatement *statement;
  NegEntryCounts counts;
  gboolean done;

  if (path == NULL)
    return 2;
  n_worst = argc > 3 ? (guint) g_ascii_strtoull (argv[3], NULL, 10) : 0;
  database = neg_database_open (path, &schema, &error);
  check (database != NULL && neg_entries_get_counts (database, &counts, &error), error);
  if (counts.n_all == 0) {
    done = neg_database_transact (database, fill, &n, &error);
    check (done, error);
  }
  statement = neg_database_prepare (database, "PRAGMA wal_checkpoint (TRUNCATE)", &error);
  done = statement != NULL && neg_statement_run (statement, &error);
  check (done, error);
  reader = neg_database_open_reader (path, &schema, &error);
  check (reader != NULL, error);
  neg_entries_tune_reader (reader);
  forgetful = neg_database_open_reader (path, &schema, &error);
  check (forgetful != NULL, error);
  printf ("[\n");
  measure_all (reader, forgetful);
  neg_database_transact (database, measure_writes, NULL, &error);
  printf ("  {\"entries\": %u}\n]\n", counts.n_all > 0 ? counts.n_all : n);
  return is_missed;
}
