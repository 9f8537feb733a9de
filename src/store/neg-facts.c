#include "config.h"

#include "store/neg-facts.h"

#include <string.h>

/* For each field that is there its tag, four bytes with the least one first, and its text with the NUL behind it: what is read by the
 * thousand is read in one walk. */
static GByteArray *
facts_new (const NegObjectRecord *record)
{
  GByteArray *facts = g_byte_array_sized_new (2048);

  for (guint i = 0; i < NEG_RECORD_N_FIELDS; i++) {
    guint32 tag = GUINT32_TO_LE (neg_record_field_get_tag (i));

    if (record->text[i] == NULL)
      continue;
    g_byte_array_append (facts, (const guint8 *) &tag, sizeof tag);
    g_byte_array_append (facts, (const guint8 *) record->text[i], strlen (record->text[i]) + 1);
  }
  return facts;
}

gboolean
neg_facts_add (NegDatabase *database, gint64 instance_id, const NegObjectRecord *record, GError **error)
{
  g_autoptr (GByteArray) facts = facts_new (record);
  NegStatement *insert = neg_database_prepare (database,
                                               "INSERT INTO instance_facts (instance_id, facts) VALUES (?1, ?2)", error);

  if (insert == NULL)
    return FALSE;
  neg_statement_bind_int (insert, 1, instance_id);
  neg_statement_bind_blob (insert, 2, facts->data, facts->len);
  return neg_statement_run (insert, error);
}

gboolean
neg_facts_set_pixels (NegDatabase *database, const char *name, const char *digest, const char *facts, GError **error)
{
  NegStatement *insert = neg_database_prepare (
      database,
      "INSERT INTO pixel_facts (name, digest, facts) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET digest = ?2, facts = ?3",
      error);

  if (insert == NULL)
    return FALSE;
  neg_statement_bind_text (insert, 1, name);
  neg_statement_bind_text (insert, 2, digest);
  neg_statement_bind_text (insert, 3, facts);
  return neg_statement_run (insert, error);
}

/* In the order of the fields, as they were written: the next one is looked for behind the last. */
static int
find_field (guint32 tag, guint *next)
{
  for (guint n = 0; n < NEG_RECORD_N_FIELDS; n++) {
    guint field = (*next + n) % NEG_RECORD_N_FIELDS;

    if (neg_record_field_get_tag (field) != tag)
      continue;
    *next = field + 1;
    return (int) field;
  }
  return -1;
}

typedef struct {
  const guint8 *at;
  gsize left;
} Facts;

/* The next text, borrowed; NULL: that was all. A damaged row ends where it makes no sense. */
static const char *
next_fact (Facts *facts, guint32 *tag)
{
  const guint8 *text = facts->at + sizeof *tag;
  const guint8 *end;

  if (facts->left <= sizeof *tag)
    return NULL;
  end = memchr (text, '\0', facts->left - sizeof *tag);
  if (end == NULL)
    return NULL;
  memcpy (tag, facts->at, sizeof *tag);
  *tag = GUINT32_FROM_LE (*tag);
  facts->left -= (gsize) (end + 1 - facts->at);
  facts->at = end + 1;
  return (const char *) text;
}

NegObjectRecord *
neg_facts_read (NegStatement *row, int column)
{
  Facts facts = { 0 };
  NegObjectRecord *record;
  const char *text;
  guint32 tag;
  guint next = 0;

  facts.at = neg_statement_get_blob (row, column, &facts.left);
  if (facts.at == NULL)
    return NULL;
  record = neg_object_record_new ();
  while ((text = next_fact (&facts, &tag)) != NULL) {
    int field = find_field (tag, &next);

    if (field >= 0 && g_utf8_validate (text, -1, NULL))
      neg_object_record_set (record, field, g_strdup (text));
  }
  return record;
}

const char *
neg_facts_get (NegStatement *row, int column, NegRecordField field)
{
  Facts facts = { 0 };
  const char *text;
  guint32 tag;

  facts.at = neg_statement_get_blob (row, column, &facts.left);
  while (facts.at != NULL && (text = next_fact (&facts, &tag)) != NULL)
    if (tag == neg_record_field_get_tag (field))
      return g_utf8_validate (text, -1, NULL) ? text : NULL;
  return NULL;
}
