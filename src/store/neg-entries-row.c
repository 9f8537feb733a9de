/* A row of the table of entries: reading it, writing it with its place in every column's order, and the keys of that. */
#include "config.h"

#include "store/neg-entries-private.h"

#include <string.h>

#include "base/neg-error.h"

NegEntryRow *
_neg_entry_row_new (void)
{
  NegEntryRow *row = g_new0 (NegEntryRow, 1);
  NegEntry *entry = row->entry = g_new0 (NegEntry, 1);
  char **texts[] = { &entry->study_uid,  &entry->patient_name,     &entry->patient_id, &entry->issuer,
                     &entry->birth_date, &entry->sex,              &entry->accession,  &entry->accession_issuer,
                     &entry->modalities, &entry->description,      &entry->body_part,  &entry->location,
                     &entry->referrer,   &entry->study_date,       &entry->study_time, &entry->claimed_by,
                     &entry->claimed_at, &entry->peers,            &row->name_key };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = g_strdup ("");
  for (guint i = 0; i < NEG_ENTRY_TEXT_N; i++)
    row->texts[i] = g_strdup ("");
  row->doc = -1;
  entry->urgency = NEG_URGENCY_ROUTINE;
  return row;
}

NegEntryRow *
_neg_entry_row_copy (const NegEntryRow *row)
{
  NegEntryRow *copy = g_memdup2 (row, sizeof *row);

  copy->entry = neg_entry_copy (row->entry);
  copy->name_key = g_strdup (row->name_key);
  for (guint i = 0; i < NEG_ENTRY_TEXT_N; i++)
    copy->texts[i] = g_strdup (row->texts[i]);
  return copy;
}

void
_neg_entry_row_free (NegEntryRow *row)
{
  if (row == NULL)
    return;
  neg_entry_free (row->entry);
  g_free (row->name_key);
  for (guint i = 0; i < NEG_ENTRY_TEXT_N; i++)
    g_free (row->texts[i]);
  g_free (row);
}

/* --- the way from and to the table --- */

/* Text columns 2 and 4 to 19 of NEG_ENTRY_COLUMNS, and 25, 26 and the folded ones. */
static char *
dup_text (NegStatement *statement, int column)
{
  const char *text = neg_statement_get_text (statement, column);

  return g_strdup (text != NULL ? text : "");
}

static void
read_texts (NegEntry *entry, NegStatement *statement)
{
  entry->study_uid = dup_text (statement, 2);
  entry->patient_name = dup_text (statement, 4);
  entry->patient_id = dup_text (statement, 5);
  entry->issuer = dup_text (statement, 6);
  entry->birth_date = dup_text (statement, 8);
  entry->sex = dup_text (statement, 9);
  entry->accession = dup_text (statement, 10);
  entry->accession_issuer = dup_text (statement, 11);
  entry->modalities = dup_text (statement, 12);
  entry->description = dup_text (statement, 13);
  entry->body_part = dup_text (statement, 14);
  entry->location = dup_text (statement, 15);
  entry->referrer = dup_text (statement, 16);
  entry->study_date = dup_text (statement, 17);
  entry->study_time = dup_text (statement, 18);
  entry->peers = dup_text (statement, 19);
  entry->claimed_by = dup_text (statement, 25);
  entry->claimed_at = dup_text (statement, 26);
}

static void
read_numbers (NegEntry *entry, NegStatement *statement)
{
  entry->id = neg_statement_get_int (statement, 1);
  entry->study_rowid = neg_statement_get_int (statement, 3);
  entry->time_us = neg_statement_get_int (statement, 20);
  entry->arrived_us = neg_statement_get_int (statement, 21);
  entry->is_conflict = neg_statement_get_int (statement, 22) != 0;
  entry->urgency = (NegUrgency) CLAMP (neg_statement_get_int (statement, 23), 0, NEG_URGENCY_N - 1);
  entry->status = (NegEntryStatus) CLAMP (neg_statement_get_int (statement, 24), 0, NEG_STATUS_N - 1);
  entry->claimed_us = neg_statement_get_int (statement, 27);
  entry->n_here = (guint) neg_statement_get_int (statement, 28);
  entry->n_there = (guint) neg_statement_get_int (statement, 29);
  entry->n_series_here = (guint) neg_statement_get_int (statement, 30);
  entry->n_priors = (guint) neg_statement_get_int (statement, 31);
  entry->n_priors_here = (guint) neg_statement_get_int (statement, 32);
}

#define FIRST_FOLDED 33

NegEntry *
_neg_entry_read (NegStatement *statement)
{
  NegEntry *entry = g_new0 (NegEntry, 1);

  read_texts (entry, statement);
  read_numbers (entry, statement);
  return entry;
}

NegEntryRow *
_neg_entry_row_read (NegStatement *statement)
{
  NegEntryRow *row = g_new0 (NegEntryRow, 1);

  row->entry = _neg_entry_read (statement);
  row->doc = neg_statement_get_int (statement, 0);
  row->name_key = dup_text (statement, 7);
  for (int i = 0; i < NEG_ENTRY_TEXT_N; i++)
    row->texts[i] = dup_text (statement, FIRST_FOLDED + i);
  return row;
}

gboolean
_neg_entry_has (NegStatement *statement, char **words)
{
  const char *texts[NEG_ENTRY_TEXT_N_SEARCHED];

  for (int i = 0; i < NEG_ENTRY_TEXT_N_SEARCHED; i++)
    texts[i] = neg_statement_get_text (statement, FIRST_FOLDED + i);
  return _neg_entry_texts_have (texts, words);
}

NegEntryRow *
_neg_entry_row_find (NegDatabase *database, gint64 id, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, NEG_ENTRY_SELECT "WHERE id = ?1", error);
  gboolean has_row;
  NegEntryRow *row;

  if (statement == NULL)
    return NULL;
  neg_statement_bind_int (statement, 1, id);
  if (!neg_statement_step (statement, &has_row, error))
    return NULL;
  if (!has_row) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, "entry", "This study is no longer on the reading list");
    return NULL;
  }
  row = _neg_entry_row_read (statement);
  neg_statement_reset (statement);
  return row;
}

static void
bind_counts (NegStatement *statement, const NegEntry *entry)
{
  neg_statement_bind_int (statement, 24, entry->urgency);
  neg_statement_bind_int (statement, 25, entry->status);
  neg_statement_bind_text (statement, 26, entry->claimed_by);
  neg_statement_bind_text (statement, 27, entry->claimed_at);
  neg_statement_bind_int (statement, 28, entry->claimed_us);
  neg_statement_bind_int (statement, 29, entry->n_here);
  neg_statement_bind_int (statement, 30, entry->n_there);
  neg_statement_bind_int (statement, 31, entry->n_series_here);
  neg_statement_bind_int (statement, 32, entry->n_priors);
  neg_statement_bind_int (statement, 33, entry->n_priors_here);
}

static void
bind_all (NegStatement *statement, const NegEntryRow *row)
{
  const NegEntry *entry = row->entry;
  const char *texts[] = { entry->patient_name,     entry->patient_id, entry->issuer,      row->name_key,
                          entry->birth_date,       entry->sex,        entry->accession,   entry->accession_issuer,
                          entry->modalities,       entry->description, entry->body_part,  entry->location,
                          entry->referrer,         entry->study_date, entry->study_time,  entry->peers };

  neg_statement_bind_int (statement, 1, row->doc);
  neg_statement_bind_int (statement, 2, entry->id);
  neg_statement_bind_text (statement, 3, entry->study_uid);
  neg_statement_bind_int (statement, 4, entry->study_rowid);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    neg_statement_bind_text (statement, 5 + (int) i, texts[i]);
  neg_statement_bind_int (statement, 21, entry->time_us);
  neg_statement_bind_int (statement, 22, entry->arrived_us);
  neg_statement_bind_int (statement, 23, entry->is_conflict);
  bind_counts (statement, entry);
  for (int i = 0; i < NEG_ENTRY_TEXT_N; i++)
    neg_statement_bind_text (statement, 34 + i, row->texts[i]);
}

static gboolean
insert_row (NegDatabase *database, const NegEntryRow *row, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database,
      "INSERT INTO entry (" NEG_ENTRY_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
      "?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, "
      "?37, ?38, ?39, ?40, ?41)",
      error);

  if (statement == NULL)
    return FALSE;
  bind_all (statement, row);
  return neg_statement_run (statement, error);
}

static gboolean
delete_row (NegDatabase *database, gint64 doc, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "DELETE FROM entry WHERE doc = ?1", error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, doc);
  return neg_statement_run (statement, error);
}

/* What changes often, and is in no index. */
static gboolean
update_counts (NegDatabase *database, const NegEntryRow *row, GError **error)
{
  NegStatement *statement
      = neg_database_prepare (database,
                              "UPDATE entry SET urgency = ?24, n_here = ?29, n_there = ?30, n_series_here = ?31, "
                              "n_priors = ?32, n_priors_here = ?33 WHERE doc = ?1",
                              error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, row->doc);
  bind_counts (statement, row->entry);
  return neg_statement_run (statement, error);
}

static gboolean
take_number (NegDatabase *database, const char *sql, gint64 *number, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);
  gboolean has_row;

  if (statement == NULL || !neg_statement_step (statement, &has_row, error))
    return FALSE;
  if (!has_row)
    return neg_fail (error, NEG_ERROR_UNREADABLE, "entry_number", "The reading list is damaged");
  *number = neg_statement_get_int (statement, 0) - 1;
  return neg_statement_run (statement, error);
}

gboolean
_neg_entry_take_id (NegDatabase *database, gint64 *id, GError **error)
{
  return take_number (database, "UPDATE entry_number SET next_id = next_id + 1 RETURNING next_id", id, error);
}

/* --- keys --- */

static const char *const column_sql[] = {
  [NEG_COLUMN_PRIORITY] = "urgency",
  [NEG_COLUMN_STATUS] = "status",
  [NEG_COLUMN_PATIENT] = "k_patient",
  [NEG_COLUMN_ID] = "k_id",
  [NEG_COLUMN_BIRTH_DATE] = "birth_date",
  [NEG_COLUMN_SEX] = "sex",
  [NEG_COLUMN_ACCESSION] = "k_accession",
  [NEG_COLUMN_MODALITY] = "k_modality",
  [NEG_COLUMN_DESCRIPTION] = "k_description",
  [NEG_COLUMN_BODY_PART] = "k_body_part",
  [NEG_COLUMN_TIME] = "time_us",
  [NEG_COLUMN_LOCATION] = "k_location",
  [NEG_COLUMN_REFERRER] = "k_referrer",
  [NEG_COLUMN_IMAGES] = "(n_here << 31 | n_there)",
  [NEG_COLUMN_PRIORS] = "n_priors",
};

#define KEY_SQL(expression) "SELECT " expression ", -time_us, id FROM entry WHERE doc = ?1"

static const char *const key_sql[] = {
  [NEG_COLUMN_PRIORITY] = KEY_SQL ("urgency"),
  [NEG_COLUMN_STATUS] = KEY_SQL ("status"),
  [NEG_COLUMN_PATIENT] = KEY_SQL ("k_patient"),
  [NEG_COLUMN_ID] = KEY_SQL ("k_id"),
  [NEG_COLUMN_BIRTH_DATE] = KEY_SQL ("birth_date"),
  [NEG_COLUMN_SEX] = KEY_SQL ("sex"),
  [NEG_COLUMN_ACCESSION] = KEY_SQL ("k_accession"),
  [NEG_COLUMN_MODALITY] = KEY_SQL ("k_modality"),
  [NEG_COLUMN_DESCRIPTION] = KEY_SQL ("k_description"),
  [NEG_COLUMN_BODY_PART] = KEY_SQL ("k_body_part"),
  [NEG_COLUMN_TIME] = KEY_SQL ("time_us"),
  [NEG_COLUMN_LOCATION] = KEY_SQL ("k_location"),
  [NEG_COLUMN_REFERRER] = KEY_SQL ("k_referrer"),
  [NEG_COLUMN_IMAGES] = KEY_SQL ("(n_here << 31 | n_there)"),
  [NEG_COLUMN_PRIORS] = KEY_SQL ("n_priors"),
};

const char *
_neg_entry_column_get_sql (NegEntryColumn column)
{
  return column_sql[column];
}

static const char *
get_text_of (const NegEntryRow *row, NegEntryColumn column)
{
  switch (column) {
  case NEG_COLUMN_PATIENT:
    return row->texts[NEG_ENTRY_TEXT_PATIENT];
  case NEG_COLUMN_ID:
    return row->texts[NEG_ENTRY_TEXT_ID];
  case NEG_COLUMN_BIRTH_DATE:
    return row->entry->birth_date;
  case NEG_COLUMN_SEX:
    return row->entry->sex;
  case NEG_COLUMN_ACCESSION:
    return row->texts[NEG_ENTRY_TEXT_ACCESSION];
  case NEG_COLUMN_MODALITY:
    return row->texts[NEG_ENTRY_TEXT_MODALITY];
  case NEG_COLUMN_DESCRIPTION:
    return row->texts[NEG_ENTRY_TEXT_DESCRIPTION];
  case NEG_COLUMN_BODY_PART:
    return row->texts[NEG_ENTRY_TEXT_BODY_PART];
  case NEG_COLUMN_LOCATION:
    return row->texts[NEG_ENTRY_TEXT_LOCATION];
  case NEG_COLUMN_REFERRER:
    return row->texts[NEG_ENTRY_TEXT_REFERRER];
  default:
    return NULL;
  }
}

static gint64
get_number_of (const NegEntry *entry, NegEntryColumn column)
{
  switch (column) {
  case NEG_COLUMN_PRIORITY:
    return entry->urgency;
  case NEG_COLUMN_STATUS:
    return entry->status;
  case NEG_COLUMN_TIME:
    return entry->time_us;
  case NEG_COLUMN_IMAGES:
    return (gint64) entry->n_here << 31 | entry->n_there;
  case NEG_COLUMN_PRIORS:
    return entry->n_priors;
  default:
    return 0;
  }
}

void
_neg_entry_row_get_key (const NegEntryRow *row, NegEntryColumn column, NegEntryKey *key)
{
  key->text = get_text_of (row, column);
  key->is_text = key->text != NULL;
  key->number = get_number_of (row->entry, column);
  key->age = -row->entry->time_us;
  key->id = row->entry->id;
}

gboolean
_neg_entry_key_load (NegDatabase *database, NegEntryColumn column, gint64 doc, NegEntryKey *key, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, key_sql[column], error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, doc);
  if (!neg_statement_step (statement, &has_row, error))
    return FALSE;
  if (!has_row)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, "entry_page", "The order of the reading list is damaged");
  key->number = neg_statement_get_int (statement, 0);
  key->text = neg_statement_get_text (statement, 0);
  key->age = neg_statement_get_int (statement, 1);
  key->id = neg_statement_get_int (statement, 2);
  key->is_text = column_sql[column][0] == 'k' || column == NEG_COLUMN_BIRTH_DATE || column == NEG_COLUMN_SEX;
  return TRUE;
}

gboolean
_neg_entry_key_has_same_value (const NegEntryKey *a, const NegEntryKey *b)
{
  return a->is_text ? g_strcmp0 (a->text, b->text) == 0 : a->number == b->number;
}

static int
compare_numbers (gint64 a, gint64 b)
{
  return a < b ? -1 : a > b;
}

int
_neg_entry_key_compare (const NegEntryKey *a, const NegEntryKey *b)
{
  int order = a->is_text ? g_strcmp0 (a->text, b->text) : compare_numbers (a->number, b->number);

  if (order == 0)
    order = compare_numbers (a->age, b->age);
  return order != 0 ? order : compare_numbers (a->id, b->id);
}

/* --- storing --- */

static gboolean
is_found_by_the_same (const NegEntryRow *a, const NegEntryRow *b)
{
  for (guint i = 0; i <= NEG_ENTRY_TEXT_MODALITY; i++)
    if (g_strcmp0 (a->texts[i], b->texts[i]) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
has_same_texts (const NegEntryRow *a, const NegEntryRow *b)
{
  const NegEntry *x = a->entry, *y = b->entry;
  const char *pairs[][2] = {
    { x->study_uid, y->study_uid },     { x->patient_name, y->patient_name },
    { x->patient_id, y->patient_id },   { x->issuer, y->issuer },
    { x->birth_date, y->birth_date },   { x->sex, y->sex },
    { x->accession, y->accession },     { x->accession_issuer, y->accession_issuer },
    { x->modalities, y->modalities },   { x->description, y->description },
    { x->body_part, y->body_part },     { x->location, y->location },
    { x->referrer, y->referrer },       { x->study_date, y->study_date },
    { x->study_time, y->study_time },   { x->peers, y->peers },
    { x->claimed_by, y->claimed_by },   { x->claimed_at, y->claimed_at },
    { a->name_key, b->name_key },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (g_strcmp0 (pairs[i][0], pairs[i][1]) != 0)
      return FALSE;
  return x->study_rowid == y->study_rowid && x->time_us == y->time_us && x->arrived_us == y->arrived_us
         && x->is_conflict == y->is_conflict && x->status == y->status && x->claimed_us == y->claimed_us;
}

static gboolean
has_same_counts (const NegEntry *x, const NegEntry *y)
{
  return x->urgency == y->urgency && x->n_here == y->n_here && x->n_there == y->n_there
         && x->n_series_here == y->n_series_here && x->n_priors == y->n_priors && x->n_priors_here == y->n_priors_here;
}

/* Columns (bits) whose orders have @old elsewhere than @row. */
static guint
get_moves (const NegEntryRow *old, const NegEntryRow *row)
{
  guint moves = 0;

  for (guint i = 0; i < NEG_COLUMN_N; i++) {
    NegEntryKey before, after;

    if (old == NULL || row == NULL || old->doc != row->doc) {
      moves |= 1u << i;
      continue;
    }
    _neg_entry_row_get_key (old, i, &before);
    _neg_entry_row_get_key (row, i, &after);
    if (_neg_entry_key_compare (&before, &after) != 0)
      moves |= 1u << i;
  }
  return moves;
}

static gboolean
for_columns (NegDatabase *database, guint moves, const NegEntryRow *row,
             gboolean (*func) (NegDatabase *, NegEntryColumn, const NegEntryKey *, gint64, GError **), GError **error)
{
  for (guint i = 0; row != NULL && i < NEG_COLUMN_N; i++) {
    NegEntryKey key;

    if ((moves & 1u << i) == 0)
      continue;
    _neg_entry_row_get_key (row, i, &key);
    if (!func (database, i, &key, row->doc, error) || !_neg_kept_note_change (database, i, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
number_row (NegDatabase *database, const NegEntryRow *old, NegEntryRow *row, GError **error)
{
  if (old != NULL && is_found_by_the_same (old, row)) {
    row->doc = old->doc;
    row->entry->id = old->entry->id;
    return TRUE;
  }
  if (!take_number (database, "UPDATE entry_number SET next_doc = next_doc + 1 RETURNING next_doc", &row->doc, error))
    return FALSE;
  if (old != NULL)
    row->entry->id = old->entry->id;
  return row->entry->id != 0 || _neg_entry_take_id (database, &row->entry->id, error);
}

static gboolean
write_row (NegDatabase *database, const NegEntryRow *old, const NegEntryRow *row, GError **error)
{
  if (old != NULL && row != NULL && old->doc == row->doc && has_same_texts (old, row))
    return has_same_counts (old->entry, row->entry) || update_counts (database, row, error);
  if (old != NULL && !delete_row (database, old->doc, error))
    return FALSE;
  return row == NULL || insert_row (database, row, error);
}

gboolean
_neg_entry_row_store (NegDatabase *database, const NegEntryRow *old, NegEntryRow *row, GError **error)
{
  guint moves;

  if (row != NULL && !number_row (database, old, row, error))
    return FALSE;
  moves = get_moves (old, row);
  /* Out of the orders while the row says where it was, into them when it says where it will be. */
  if (!for_columns (database, moves, old, _neg_pages_remove, error) || !write_row (database, old, row, error)
      || !for_columns (database, moves, row, _neg_pages_insert, error))
    return FALSE;
  return row == NULL || (old != NULL && old->doc == row->doc) || _neg_postings_note (database, row->doc, error);
}
