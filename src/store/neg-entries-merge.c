/* One entry out of what the archive, peers and modality worklists say of a study. What was said is kept by its speaker
 * (entry_source); an entry is composed anew from all of them whenever one changes. */
#include "config.h"

#include "store/neg-entries-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "model/neg-identity.h"
#include "store/neg-archive-private.h"
#include "store/neg-patients-private.h"

/* --- composing --- */

/* The first to say something is believed: the archive, then peers, then worklists. */
static void
fill (char **text, const char *said)
{
  if (**text != '\0' || said == NULL || *said == '\0')
    return;
  g_free (*text);
  *text = g_strdup (said);
}

static void
add_value (char **list, const char *value)
{
  g_auto (GStrv) values = g_strsplit (*list, "\\", -1);

  if (value == NULL || *value == '\0' || g_strv_contains ((const char *const *) values, value))
    return;
  if (**list == '\0') {
    fill (list, value);
  } else {
    g_autofree char *old = *list;

    *list = g_strconcat (old, "\\", value, NULL);
  }
}

/* Issuer, ID and name key are one speaker's: all speak of one patient, who may be another one for each of them. */
static void
fill_person (NegEntryRow *row, NegStatement *said, int column)
{
  if (*row->entry->patient_id == '\0' && *row->name_key == '\0') {
    fill (&row->entry->issuer, neg_statement_get_text (said, column));
    fill (&row->entry->patient_id, neg_statement_get_text (said, column + 1));
    fill (&row->name_key, neg_statement_get_text (said, column + 2));
  }
  fill (&row->entry->patient_name, neg_statement_get_text (said, column + 3));
  fill (&row->entry->birth_date, neg_statement_get_text (said, column + 4));
  fill (&row->entry->sex, neg_statement_get_text (said, column + 5));
}

static void
replace (char **text, char **with)
{
  g_free (*text);
  *text = g_steal_pointer (with);
}

/* Who that is now. */
static gboolean
follow_links (NegDatabase *database, NegEntryRow *row, GError **error)
{
  g_auto (NegPatient) now = { 0 };

  if (!_neg_patient_resolve (database, row->entry->issuer, row->entry->patient_id, row->name_key, &now, error))
    return FALSE;
  replace (&row->entry->issuer, &now.issuer);
  replace (&row->entry->patient_id, &now.id);
  replace (&row->name_key, &now.name_key);
  if (now.name != NULL && *now.name != '\0')
    replace (&row->entry->patient_name, &now.name);
  return TRUE;
}

/* Date and time belong together. */
static void
fill_time (NegEntry *entry, const char *date, const char *time, const char *zone)
{
  if (*entry->study_date != '\0' || date == NULL || *date == '\0')
    return;
  fill (&entry->study_date, date);
  fill (&entry->study_time, time);
  entry->time_us = _neg_entry_parse_time_us (date, time, zone);
}

#define STUDY_SQL                                                                                                      \
  "SELECT issuer, patient_id, name_key, patient_name, birth_date, sex, study_uid, accession, accession_issuer, "       \
  "description, referrer, date, time, timezone, arrived_us FROM study WHERE id = ?1 AND " NEG_ARCHIVE_IS_SHOWN ("study")

static gboolean
add_study (NegDatabase *database, NegEntryRow *row, gint64 study_rowid, GError **error)
{
  NegStatement *said = neg_database_prepare (database, STUDY_SQL, error);
  NegEntry *entry = row->entry;
  gboolean has_row;

  if (said == NULL)
    return FALSE;
  neg_statement_bind_int (said, 1, study_rowid);
  if (!neg_statement_step (said, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  entry->study_rowid = study_rowid;
  fill_person (row, said, 0);
  fill (&entry->study_uid, neg_statement_get_text (said, 6));
  fill (&entry->accession, neg_statement_get_text (said, 7));
  fill (&entry->accession_issuer, neg_statement_get_text (said, 8));
  fill (&entry->description, neg_statement_get_text (said, 9));
  fill (&entry->referrer, neg_statement_get_text (said, 10));
  fill_time (entry, neg_statement_get_text (said, 11), neg_statement_get_text (said, 12),
             neg_statement_get_text (said, 13));
  entry->arrived_us = neg_statement_get_int (said, 14);
  if (entry->time_us == 0)
    entry->time_us = entry->arrived_us;
  neg_statement_reset (said);
  return TRUE;
}

static gboolean
add_series (NegDatabase *database, NegEntryRow *row, GError **error)
{
  NegStatement *said = neg_database_prepare (
      database, "SELECT modality, body_part, n_instances FROM series WHERE study_id = ?1 ORDER BY modality, id", error);
  NegEntry *entry = row->entry;
  gboolean has_row;

  if (said == NULL)
    return FALSE;
  neg_statement_bind_int (said, 1, entry->study_rowid);
  while (neg_statement_step (said, &has_row, error)) {
    guint n;

    if (!has_row)
      return TRUE;
    n = (guint) neg_statement_get_int (said, 2);
    if (n == 0)
      continue;
    entry->n_here += n;
    entry->n_series_here++;
    add_value (&entry->modalities, neg_statement_get_text (said, 0));
    fill (&entry->body_part, neg_statement_get_text (said, 1));
  }
  return FALSE;
}

#define SOURCES_SQL                                                                                                    \
  "SELECT issuer, patient_id, name_key, patient_name, birth_date, sex, study_uid, accession, accession_issuer, "       \
  "description, referrer, date, time, modalities, body_part, location, urgency, n_instances, kind, peer, timezone, "    \
  "is_over "                                                                                                           \
  "FROM entry_source WHERE entry_id = ?1 ORDER BY kind, id"

static void
add_source (NegEntryRow *row, NegStatement *said)
{
  NegEntry *entry = row->entry;

  fill_person (row, said, 0);
  fill (&entry->study_uid, neg_statement_get_text (said, 6));
  fill (&entry->accession, neg_statement_get_text (said, 7));
  fill (&entry->accession_issuer, neg_statement_get_text (said, 8));
  fill (&entry->description, neg_statement_get_text (said, 9));
  fill (&entry->referrer, neg_statement_get_text (said, 10));
  fill_time (entry, neg_statement_get_text (said, 11), neg_statement_get_text (said, 12),
             neg_statement_get_text (said, 20));
  fill (&entry->modalities, neg_statement_get_text (said, 13));
  fill (&entry->body_part, neg_statement_get_text (said, 14));
  fill (&entry->location, neg_statement_get_text (said, 15));
  entry->n_there = MAX (entry->n_there, (guint) neg_statement_get_int (said, 17));
  if (neg_statement_get_int (said, 21) != 0)
    return; /* nobody waits for it */
  if (neg_statement_get_int (said, 18) == NEG_SOURCE_PEER)
    add_value (&entry->peers, neg_statement_get_text (said, 19));
  else
    entry->urgency = MIN (entry->urgency, (NegUrgency) CLAMP (neg_statement_get_int (said, 16), 0, NEG_URGENCY_N - 1));
}

/* *n: without those that are over. */
static gboolean
add_sources (NegDatabase *database, NegEntryRow *row, gint64 id, guint *n, guint *n_orders, GError **error)
{
  NegStatement *said = neg_database_prepare (database, SOURCES_SQL, error);
  gboolean has_row;

  *n = *n_orders = 0;
  if (said == NULL)
    return FALSE;
  neg_statement_bind_int (said, 1, id);
  while (neg_statement_step (said, &has_row, error)) {
    if (!has_row)
      return TRUE;
    add_source (row, said);
    *n += neg_statement_get_int (said, 21) == 0;
    *n_orders += neg_statement_get_int (said, 18) == NEG_SOURCE_ORDER;
  }
  return FALSE;
}

static void
fold_texts (NegEntryRow *row)
{
  const NegEntry *entry = row->entry;
  const char *texts[NEG_ENTRY_TEXT_N] = {
    [NEG_ENTRY_TEXT_PATIENT] = entry->patient_name,   [NEG_ENTRY_TEXT_ID] = entry->patient_id,
    [NEG_ENTRY_TEXT_ACCESSION] = entry->accession,    [NEG_ENTRY_TEXT_DESCRIPTION] = entry->description,
    [NEG_ENTRY_TEXT_BODY_PART] = entry->body_part,    [NEG_ENTRY_TEXT_LOCATION] = entry->location,
    [NEG_ENTRY_TEXT_REFERRER] = entry->referrer,
  };

  for (guint i = 0; i < NEG_ENTRY_TEXT_N; i++) {
    g_free (row->texts[i]);
    row->texts[i] = i == NEG_ENTRY_TEXT_MODALITY ? g_strdup (entry->modalities) : _neg_entry_fold (texts[i]);
  }
}

/* What the list itself says of an entry outlives what others say. */
static void
keep_own (NegEntryRow *row, const NegEntryRow *old)
{
  NegEntry *entry = row->entry;

  row->doc = old->doc;
  entry->id = old->entry->id;
  entry->status = old->entry->status;
  entry->claimed_us = old->entry->claimed_us;
  fill (&entry->claimed_by, old->entry->claimed_by);
  fill (&entry->claimed_at, old->entry->claimed_at);
  entry->n_priors = old->entry->n_priors;
  entry->n_priors_here = old->entry->n_priors_here;
  entry->is_conflict = old->entry->is_conflict;
}

static void
settle_status (NegEntry *entry)
{
  gboolean has_images = entry->study_rowid != 0 || *entry->peers != '\0';

  if (entry->status == NEG_STATUS_SCHEDULED && has_images)
    entry->status = NEG_STATUS_ARRIVED;
  else if (entry->status == NEG_STATUS_ARRIVED && !has_images)
    entry->status = NEG_STATUS_SCHEDULED;
}

static gboolean
collect (NegDatabase *database, NegEntryRow *row, gint64 study_rowid, guint *n, guint *n_orders, GError **error)
{
  if (study_rowid != 0
      && (!add_study (database, row, study_rowid, error)
          || (row->entry->study_rowid != 0 && !add_series (database, row, error))))
    return FALSE;
  return add_sources (database, row, row->entry->id, n, n_orders, error) && follow_links (database, row, error);
}

/* Entry @id as its sources and the archive's @study_rowid (0: none) say; @old is what is stored (nullable). */
static gboolean
compose (NegDatabase *database, const NegEntryRow *old, gint64 id, gint64 study_rowid, NegComposeFlags flags,
         GError **error)
{
  g_autoptr (NegEntryRow) row = _neg_entry_row_new ();
  guint n, n_orders;
  gboolean exists;

  row->entry->id = id;
  if (old != NULL)
    keep_own (row, old);
  if (!collect (database, row, study_rowid, &n, &n_orders, error))
    return FALSE;
  exists = row->entry->study_rowid != 0 || n > 0;
  if (!exists && old == NULL)
    return TRUE;
  settle_status (row->entry); /* what a report that is withdrawn gives back */
  if (!_neg_entry_settle_orders (database, old, row, exists, n_orders, flags, error))
    return FALSE;
  settle_status (row->entry);
  fold_texts (row);
  return _neg_entry_row_store (database, old, exists ? row : NULL, error)
         && _neg_entry_tell_others (database, old, exists ? row : NULL, (flags & NEG_COMPOSE_QUIETLY) != 0, error);
}

/* --- the archive --- */

static gboolean
find_by_rowid (NegDatabase *database, gint64 study_rowid, NegEntryRow **row, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database, NEG_ENTRY_SELECT "WHERE study_rowid <> 0 AND study_rowid = ?1", error);
  gboolean has_row;

  *row = NULL;
  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, study_rowid);
  if (!neg_statement_step (statement, &has_row, error))
    return FALSE;
  if (has_row)
    *row = _neg_entry_row_read (statement);
  neg_statement_reset (statement);
  return TRUE;
}

/* The entry of a study that has none of its own yet; *row NULL: *id, which may be one that a canceled order had. */
static gboolean
find_for_rowid (NegDatabase *database, gint64 study_rowid, NegEntryRow **row, gint64 *id, GError **error)
{
  g_autoptr (NegEntryRow) study = _neg_entry_row_new ();
  NegEntryIdentity who;

  *id = 0;
  if (!add_study (database, study, study_rowid, error))
    return FALSE;
  who = (NegEntryIdentity){ .study_uid = study->entry->study_uid,
                            .accession = study->entry->accession,
                            .accession_issuer = study->entry->accession_issuer,
                            .issuer = study->entry->issuer,
                            .patient_id = study->entry->patient_id,
                            .name_key = study->name_key };
  if (study->entry->study_rowid != 0
      && (!_neg_entry_find_for_study (database, &who, row, error)
          || (*row == NULL && !_neg_entry_find_over (database, &who, id, error))))
    return FALSE;
  return *row != NULL || *id != 0 || _neg_entry_take_id (database, id, error);
}

gboolean
neg_entries_refresh_study (NegDatabase *database, gint64 study_rowid, GError **error)
{
  g_autoptr (NegEntryRow) old = NULL;
  gint64 id = 0;

  g_return_val_if_fail (study_rowid != 0, FALSE);
  if (!find_by_rowid (database, study_rowid, &old, error)
      || (old == NULL && !find_for_rowid (database, study_rowid, &old, &id, error)))
    return FALSE;
  return compose (database, old, old != NULL ? old->entry->id : id, study_rowid, 0, error);
}

/* --- peers and worklists --- */

#define N_SAID_TEXTS 11

typedef struct {
  NegDatabase *database;
  NegSourceKind kind;
  const char *search, *peer;
  GHashTable *seen; /* gint64*, ids of sources */
} Answer;

static const char *
text_or_none (const char *text)
{
  return text != NULL ? text : "";
}

typedef struct {
  const char *texts[N_SAID_TEXTS]; /* in the order of SOURCE_COLUMNS */
  NegEntryIdentity who;
  char *issuer, *patient_id, *name_key;
  const char *step_id;
  guint n_instances;
  NegUrgency urgency;
} Said;

#define SOURCE_COLUMNS                                                                                                 \
  "patient_name, birth_date, sex, accession_issuer, date, time, modalities, description, body_part, location, "        \
  "referrer, urgency, n_instances"

static void
said_clear (Said *said)
{
  g_free (said->issuer);
  g_free (said->patient_id);
  g_free (said->name_key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Said, said_clear)

static void
said_init (Said *said, const NegRemoteStudy *study, NegSourceKind kind)
{
  const char *texts[N_SAID_TEXTS]
      = { study->patient_name, study->birth_date, study->sex,         study->accession_issuer,
          study->date,         study->time,       study->modalities,  study->description,
          study->body_part,    study->location,   study->referrer };

  for (guint i = 0; i < N_SAID_TEXTS; i++)
    said->texts[i] = text_or_none (texts[i]);
  said->issuer = neg_identity_dup_id (study->issuer);
  said->patient_id = neg_identity_dup_id (study->patient_id);
  said->name_key = neg_identity_dup_name_key (study->patient_name);
  said->step_id = text_or_none (study->step_id);
  said->urgency = kind == NEG_SOURCE_WORKLIST ? MIN (study->urgency, NEG_URGENCY_ROUTINE) : NEG_URGENCY_ROUTINE;
  said->n_instances = MIN (study->n_instances, (guint) G_MAXINT32);
  said->who = (NegEntryIdentity){ .study_uid = text_or_none (study->study_uid),
                          .accession = text_or_none (study->accession),
                          .accession_issuer = text_or_none (study->accession_issuer),
                          .issuer = said->issuer,
                          .patient_id = said->patient_id,
                          .name_key = said->name_key };
}

static void
bind_source_key (NegStatement *statement, const Answer *answer, const Said *said)
{
  const char *texts[] = { answer->search,       answer->peer,          said->who.study_uid,  said->step_id,
                          said->who.accession,  said->who.issuer,      said->who.patient_id, said->who.name_key };

  neg_statement_bind_int (statement, 1, answer->kind);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    neg_statement_bind_text (statement, 2 + (int) i, texts[i]);
}

static gboolean
says_the_same (NegStatement *statement, int column, const Said *said)
{
  for (int i = 0; i < N_SAID_TEXTS; i++)
    if (g_strcmp0 (neg_statement_get_text (statement, column + i), said->texts[i]) != 0)
      return FALSE;
  return neg_statement_get_int (statement, column + N_SAID_TEXTS) == said->urgency
         && neg_statement_get_int (statement, column + N_SAID_TEXTS + 1) == said->n_instances;
}

/* *id and *entry_id: 0 when it is new. */
static gboolean
find_source (const Answer *answer, const Said *said, gint64 *id, gint64 *entry_id, gboolean *is_same, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      answer->database,
      "SELECT id, entry_id, " SOURCE_COLUMNS " FROM entry_source WHERE kind = ?1 AND search = ?2 AND peer = ?3 "
      "AND study_uid = ?4 AND step_id = ?5 AND accession = ?6 AND issuer = ?7 AND patient_id = ?8 AND name_key = ?9",
      error);
  gboolean has_row;

  *id = *entry_id = 0;
  *is_same = FALSE;
  if (statement == NULL)
    return FALSE;
  bind_source_key (statement, answer, said);
  if (!neg_statement_step (statement, &has_row, error))
    return FALSE;
  if (has_row) {
    *id = neg_statement_get_int (statement, 0);
    *entry_id = neg_statement_get_int (statement, 1);
    *is_same = says_the_same (statement, 2, said);
    neg_statement_reset (statement);
  }
  return TRUE;
}

static gboolean
write_source (const Answer *answer, const Said *said, gint64 entry_id, gint64 *id, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      answer->database,
      "INSERT INTO entry_source (kind, search, peer, study_uid, step_id, accession, issuer, patient_id, name_key, "
      "entry_id, home_id, " SOURCE_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?12, ?13, ?14, "
      "?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23) ON CONFLICT DO UPDATE SET patient_name = ?11, birth_date = ?12, sex = ?13, "
      "accession_issuer = ?14, date = ?15, time = ?16, modalities = ?17, description = ?18, body_part = ?19, "
      "location = ?20, referrer = ?21, urgency = ?22, n_instances = ?23 RETURNING id",
      error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  bind_source_key (statement, answer, said);
  neg_statement_bind_int (statement, 10, entry_id);
  for (int i = 0; i < N_SAID_TEXTS; i++)
    neg_statement_bind_text (statement, 11 + i, said->texts[i]);
  neg_statement_bind_int (statement, 11 + N_SAID_TEXTS, said->urgency);
  neg_statement_bind_int (statement, 12 + N_SAID_TEXTS, said->n_instances);
  if (!neg_statement_step (statement, &has_row, error))
    return FALSE;
  *id = neg_statement_get_int (statement, 0);
  return neg_statement_run (statement, error);
}

gboolean
_neg_entry_compose (NegDatabase *database, gint64 entry_id, NegComposeFlags flags, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (NegEntryRow) old = _neg_entry_row_find (database, entry_id, &failure);

  if (old == NULL && !g_error_matches (failure, NEG_ERROR, NEG_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  return compose (database, old, entry_id, old != NULL ? old->entry->study_rowid : 0, flags, error);
}

gboolean
_neg_entry_recompose (NegDatabase *database, gint64 entry_id, GError **error)
{
  return _neg_entry_compose (database, entry_id, 0, error);
}

static gboolean
choose_entry (const Answer *answer, const Said *said, gint64 *entry_id, GError **error)
{
  g_autoptr (NegEntryRow) row = NULL;
  gboolean found = answer->kind == NEG_SOURCE_PEER ? _neg_entry_find_for_study (answer->database, &said->who, &row, error)
                                               : _neg_entry_find_for_step (answer->database, &said->who, &row, error);

  if (!found)
    return FALSE;
  if (row != NULL)
    *entry_id = row->entry->id;
  else if (!_neg_entry_find_over (answer->database, &said->who, entry_id, error))
    return FALSE;
  return *entry_id != 0 || _neg_entry_take_id (answer->database, entry_id, error);
}

static gboolean
take_said (const Answer *answer, const NegRemoteStudy *study, GError **error)
{
  g_auto (Said) said = { 0 };
  gint64 id, entry_id;
  gboolean is_same;

  said_init (&said, study, answer->kind);
  if (answer->kind == NEG_SOURCE_PEER && *said.who.study_uid == '\0')
    return TRUE; /* nobody could fetch it */
  if (!find_source (answer, &said, &id, &entry_id, &is_same, error)
      || (entry_id == 0 && !choose_entry (answer, &said, &entry_id, error))
      || (!is_same && !write_source (answer, &said, entry_id, &id, error)))
    return FALSE;
  g_hash_table_add (answer->seen, g_memdup2 (&id, sizeof id));
  return is_same || _neg_entry_recompose (answer->database, entry_id, error);
}

/* Sources of this search that were not seen, @limit at most (-1: all), as pairs of id and entry. */
static GArray *
list_unseen (const Answer *answer, gint64 limit, GError **error)
{
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (gint64));
  NegStatement *statement = neg_database_prepare (
      answer->database, "SELECT id, entry_id FROM entry_source WHERE kind = ?1 AND search = ?2 AND peer = ?3 LIMIT ?4",
      error);
  gboolean has_row;

  if (statement == NULL)
    return NULL;
  neg_statement_bind_int (statement, 1, answer->kind);
  neg_statement_bind_text (statement, 2, answer->search);
  neg_statement_bind_text (statement, 3, answer->peer);
  neg_statement_bind_int (statement, 4, limit);
  while (neg_statement_step (statement, &has_row, error)) {
    gint64 pair[2];

    if (!has_row)
      return g_steal_pointer (&pairs);
    pair[0] = neg_statement_get_int (statement, 0);
    pair[1] = neg_statement_get_int (statement, 1);
    if (!g_hash_table_contains (answer->seen, &pair[0]))
      g_array_append_vals (pairs, pair, 2);
  }
  return NULL;
}

static gboolean
drop_unseen (const Answer *answer, gint64 limit, guint *n, GError **error)
{
  g_autoptr (GArray) pairs = list_unseen (answer, limit, error);

  if (pairs == NULL)
    return FALSE;
  *n = pairs->len / 2;
  for (guint i = 0; i + 1 < pairs->len; i += 2) {
    NegStatement *statement = neg_database_prepare (answer->database, "DELETE FROM entry_source WHERE id = ?1", error);

    if (statement == NULL)
      return FALSE;
    neg_statement_bind_int (statement, 1, g_array_index (pairs, gint64, i));
    if (!neg_statement_run (statement, error)
        || !_neg_entry_recompose (answer->database, g_array_index (pairs, gint64, i + 1), error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
take_answer (Answer *answer, const NegRemoteStudy *studies, guint n, gboolean complete, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  guint n_dropped;

  answer->seen = seen;
  for (guint i = 0; i < n; i++)
    if (!take_said (answer, &studies[i], error))
      return FALSE;
  return !complete || drop_unseen (answer, -1, &n_dropped, error);
}

gboolean
neg_entries_set_remote (NegDatabase *database, const char *search, const char *peer, const NegRemoteStudy *studies,
                        guint n, gboolean complete, GError **error)
{
  Answer answer = { .database = database, .kind = NEG_SOURCE_PEER, .search = search, .peer = peer };

  return take_answer (&answer, studies, n, complete, error);
}

gboolean
neg_entries_set_scheduled (NegDatabase *database, const char *peer, const NegRemoteStudy *steps, guint n,
                           gboolean complete, GError **error)
{
  Answer answer = { .database = database, .kind = NEG_SOURCE_WORKLIST, .search = "", .peer = peer };

  return take_answer (&answer, steps, n, complete, error);
}

void
neg_entry_speaker_free (NegEntrySpeaker *speaker)
{
  g_free (speaker->search);
  g_free (speaker->peer);
  g_free (speaker);
}

GPtrArray *
neg_entries_list_speakers (NegDatabase *database, GError **error)
{
  g_autoptr (GPtrArray) speakers = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_entry_speaker_free);
  NegStatement *statement = neg_database_prepare (database, "SELECT DISTINCT kind, search, peer FROM entry_source "
                                                  "WHERE kind <= 1",
                                                  error);
  gboolean has_row;

  if (statement == NULL)
    return NULL;
  while (neg_statement_step (statement, &has_row, error)) {
    NegEntrySpeaker *speaker;

    if (!has_row)
      return g_steal_pointer (&speakers);
    speaker = g_new0 (NegEntrySpeaker, 1);
    if (neg_statement_get_int (statement, 0) == NEG_SOURCE_PEER)
      speaker->search = g_strdup (neg_statement_get_text (statement, 1));
    speaker->peer = g_strdup (neg_statement_get_text (statement, 2));
    g_ptr_array_add (speakers, speaker);
  }
  return NULL;
}

gboolean
neg_entries_forget (NegDatabase *database, const NegEntrySpeaker *speaker, guint limit, guint *n, GError **error)
{
  g_autoptr (GHashTable) nothing = g_hash_table_new (g_int64_hash, g_int64_equal);
  const Answer answer = { .database = database,
                          .kind = speaker->search != NULL ? NEG_SOURCE_PEER : NEG_SOURCE_WORKLIST,
                          .search = text_or_none (speaker->search),
                          .peer = speaker->peer,
                          .seen = nothing };

  return drop_unseen (&answer, limit, n, error);
}
