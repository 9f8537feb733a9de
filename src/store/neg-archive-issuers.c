#include "config.h"

#include "store/neg-archive-issuers.h"

#include <string.h>

#include "model/neg-identity.h"
#include "store/neg-archive-private.h"

#define ISSUERS_FILE "archive.issuers"
#define KEY_DIGITS 32 /* of a SHA-256: 128 bits are one study's alone */
#define NOTED_MAX 10000u /* lines that are remembered; what is noted twice does no harm */

static const char *
text_of (const NegObjectRecord *record, NegRecordField field)
{
  return record->text[field] != NULL ? record->text[field] : "";
}

/* As studies are told apart, but for the issuer. */
static char *
make_key (const NegObjectRecord *record)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *patient = neg_identity_dup_id (record->text[NEG_RECORD_PATIENT_ID]);
  g_autofree char *name = neg_identity_dup_name_key (record->text[NEG_RECORD_PATIENT_NAME]);
  const char *parts[] = { text_of (record, NEG_RECORD_STUDY_UID), patient, name };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    g_checksum_update (checksum, (const guchar *) parts[i], (gssize) strlen (parts[i]) + 1);
  return g_strndup (g_checksum_get_string (checksum), KEY_DIGITS);
}

/* --- writing --- */

/* What only its source says of @object; NULL: nothing. */
static char *
make_line (const NegArchiveObject *object)
{
  const NegObjectRecord *record = object->record;
  const char *said = *text_of (record, NEG_RECORD_ISSUER) == '\0' && object->issuer != NULL ? object->issuer : "";
  const char *accession_said = *text_of (record, NEG_RECORD_ACCESSION_ISSUER) == '\0' && object->accession_issuer != NULL
                                       && *text_of (record, NEG_RECORD_ACCESSION) != '\0'
                                   ? object->accession_issuer
                                   : "";
  g_autofree char *key = NULL;
  g_autofree char *issuer = NULL, *accession_issuer = NULL;

  if (object->unasked || (*said == '\0' && *accession_said == '\0'))
    return NULL;
  key = make_key (record);
  issuer = g_strescape (said, NULL);
  accession_issuer = g_strescape (accession_said, NULL);
  return g_strdup_printf ("%s\t%s\t%s\n", key, issuer, accession_issuer);
}

gboolean
_neg_archive_note_issuers (NegArchive *archive, const NegArchiveObject *objects, guint n, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  gboolean done;

  for (guint i = 0; i < n; i++) {
    char *line = make_line (&objects[i]);

    if (line != NULL)
      g_ptr_array_add (lines, line);
  }
  if (lines->len == 0)
    return TRUE;
  g_mutex_lock (&archive->issuers_lock);
  for (guint i = 0; i < lines->len; i++)
    if (!g_hash_table_contains (archive->noted, lines->pdata[i])
        && (i == 0 || strcmp (lines->pdata[i], lines->pdata[i - 1]) != 0))
      g_string_append (text, lines->pdata[i]);
  done = text->len == 0 || _neg_archive_append_lines (archive, ISSUERS_FILE, text, error);
  if (done && g_hash_table_size (archive->noted) > NOTED_MAX)
    g_hash_table_remove_all (archive->noted);
  for (guint i = 0; done && i < lines->len; i++)
    g_hash_table_add (archive->noted, g_strdup (lines->pdata[i]));
  g_mutex_unlock (&archive->issuers_lock);
  return done;
}

/* --- reading --- */

struct _NegArchiveIssuers {
  GHashTable *found; /* key: NegArchiveIssuer, its texts in @texts */
  GStringChunk *texts;
};

static const char *
keep (NegArchiveIssuers *issuers, const char *escaped)
{
  g_autofree char *text = g_strcompress (escaped);

  return g_string_chunk_insert_const (issuers->texts, g_utf8_validate (text, -1, NULL) ? text : "");
}

/* The first one; FALSE: another one was said before. */
static gboolean
believe (const char **known, const char *said)
{
  if (**known == '\0')
    *known = said;
  return *said == '\0' || strcmp (*known, said) == 0;
}

static void
read_line (const char *line, gpointer user_data)
{
  NegArchiveIssuers *issuers = user_data;
  g_auto (GStrv) parts = g_strsplit (line, "\t", -1);
  NegArchiveIssuer *known;
  const char *issuer, *accession_issuer;

  if (g_strv_length (parts) != 3 || strlen (parts[0]) != KEY_DIGITS)
    return;
  issuer = keep (issuers, parts[1]);
  accession_issuer = keep (issuers, parts[2]);
  known = g_hash_table_lookup (issuers->found, parts[0]);
  if (known == NULL) {
    known = g_new0 (NegArchiveIssuer, 1);
    known->issuer = known->accession_issuer = "";
    g_hash_table_insert (issuers->found, g_strdup (parts[0]), known);
  }
  if (!believe (&known->issuer, issuer) || !believe (&known->accession_issuer, accession_issuer))
    known->is_contradicted = TRUE;
}

NegArchiveIssuers *
neg_archive_issuers_load (const char *data_folder, GError **error)
{
  g_autoptr (NegArchiveIssuers) issuers = g_new0 (NegArchiveIssuers, 1);

  issuers->found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  issuers->texts = g_string_chunk_new (4096);
  return _neg_archive_read_lines (data_folder, ISSUERS_FILE, read_line, issuers, error) ? g_steal_pointer (&issuers) : NULL;
}

void
neg_archive_issuers_free (NegArchiveIssuers *issuers)
{
  if (issuers == NULL)
    return;
  g_hash_table_unref (issuers->found);
  g_string_chunk_free (issuers->texts);
  g_free (issuers);
}

gboolean
neg_archive_issuers_find (const NegArchiveIssuers *issuers, const NegObjectRecord *record, NegArchiveIssuer *found)
{
  g_autofree char *key = make_key (record);
  const NegArchiveIssuer *known = g_hash_table_lookup (issuers->found, key);

  if (known == NULL)
    return FALSE;
  *found = *known;
  return TRUE;
}
