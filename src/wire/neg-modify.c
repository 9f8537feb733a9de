#include "config.h"

#include "wire/neg-modify.h"

#include <string.h>

#include "base/neg-error.h"

#define EDITS_MAX 1000
#define UIDS_MAX 100000
#define UID_BYTES_MAX 64
#define N_TEXTS 7

static void
edit_free (gpointer data)
{
  NegEdit *edit = data;

  g_free (edit->path);
  g_free (edit->value);
  g_free (edit);
}

NegModify *
neg_modify_new (void)
{
  NegModify *modify = g_new0 (NegModify, 1);

  modify->edits = g_ptr_array_new_with_free_func (edit_free);
  modify->uids = g_ptr_array_new_with_free_func (g_free);
  return modify;
}

static void
list_texts (NegModify *modify, char **texts[N_TEXTS])
{
  char **all[N_TEXTS] = { &modify->user,   &modify->system,         &modify->datetime,           &modify->reason_code,
                          &modify->reason, &modify->device_version, &modify->transfer_syntax_uid };

  memcpy (texts, all, sizeof all);
}

void
neg_modify_free (NegModify *modify)
{
  char **texts[N_TEXTS];

  if (modify == NULL)
    return;
  list_texts (modify, texts);
  for (guint i = 0; i < N_TEXTS; i++)
    g_free (*texts[i]);
  g_ptr_array_unref (modify->edits);
  g_ptr_array_unref (modify->uids);
  g_free (modify);
}

void
neg_modify_add (NegModify *modify, NegEditKind kind, const char *path, const char *value)
{
  NegEdit *edit = g_new0 (NegEdit, 1);

  edit->kind = kind;
  edit->path = g_strdup (path);
  edit->value = g_strdup (value);
  g_ptr_array_add (modify->edits, edit);
}

void
neg_modify_map (NegModify *modify, const char *old_uid, const char *new_uid)
{
  g_ptr_array_add (modify->uids, g_strdup (old_uid));
  g_ptr_array_add (modify->uids, g_strdup (new_uid));
}

static int
compare_pairs (gconstpointer a, gconstpointer b)
{
  return strcmp (**(char *const *const *) a, **(char *const *const *) b);
}

/* By the old UID, each once: of two for the same the first counts. */
static void
write_uids (const NegModify *modify, GByteArray *array)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new (); /* borrowed: char **, old and new */
  const guint place = array->len;
  const char *last = NULL;
  guint32 n = 0;

  for (guint i = 0; i + 1 < modify->uids->len; i += 2)
    g_ptr_array_add (pairs, &modify->uids->pdata[i]);
  g_ptr_array_sort (pairs, compare_pairs);
  neg_write_u32 (array, 0);
  for (guint i = 0; i < pairs->len; i++) {
    char *const *pair = g_ptr_array_index (pairs, i);

    if (last != NULL && strcmp (last, pair[0]) == 0)
      continue;
    last = pair[0];
    neg_write_string (array, pair[0]);
    neg_write_string (array, pair[1]);
    n++;
  }
  for (guint i = 0; i < 4; i++)
    array->data[place + i] = n >> (8 * i);
}

void
neg_modify_write (const NegModify *modify, GByteArray *array)
{
  char **texts[N_TEXTS];

  neg_write_u32 (array, modify->edits->len);
  for (guint i = 0; i < modify->edits->len; i++) {
    const NegEdit *edit = g_ptr_array_index (modify->edits, i);

    neg_write_u8 (array, edit->kind);
    neg_write_string (array, edit->path);
    neg_write_string (array, edit->value);
  }
  write_uids (modify, array);
  neg_write_u8 (array, modify->keeps_originals ? 1 : 0);
  list_texts ((NegModify *) modify, texts);
  for (guint i = 0; i < N_TEXTS; i++)
    neg_write_string (array, *texts[i]);
}

/* Nothing to remove has a value; everything else has one, if an empty one. */
static gboolean
edit_is_whole (const NegEdit *edit)
{
  return edit->kind <= NEG_EDIT_CODE && edit->path != NULL && *edit->path != '\0'
         && (edit->kind == NEG_EDIT_REMOVE || edit->value != NULL);
}

static gboolean
read_edits (NegModify *modify, NegReader *reader)
{
  const guint32 n = neg_reader_count (reader, 9);
  gboolean is_whole = n <= EDITS_MAX;

  for (guint32 i = 0; i < n && is_whole && !reader->failed; i++) {
    NegEdit *edit = g_new0 (NegEdit, 1);

    g_ptr_array_add (modify->edits, edit);
    edit->kind = neg_reader_u8 (reader);
    edit->path = neg_reader_string (reader);
    edit->value = neg_reader_string (reader);
    is_whole = edit_is_whole (edit);
  }
  return is_whole;
}

/* What occurs, not what PS3.5 9.1 asks for: leading zeros are in use. */
static gboolean
is_uid (const char *uid)
{
  const gsize length = uid != NULL ? strlen (uid) : 0;

  return length > 0 && length <= UID_BYTES_MAX && strspn (uid, "0123456789.") == length;
}

static gboolean
read_uids (NegModify *modify, NegReader *reader)
{
  const guint32 n = neg_reader_count (reader, 8);
  gboolean is_whole = n <= UIDS_MAX;

  for (guint32 i = 0; i < n && is_whole && !reader->failed; i++) {
    const char *last = i > 0 ? modify->uids->pdata[2 * (i - 1)] : "";
    char *old_uid = neg_reader_string (reader);
    char *new_uid = neg_reader_string (reader);

    g_ptr_array_add (modify->uids, old_uid);
    g_ptr_array_add (modify->uids, new_uid);
    is_whole = is_uid (old_uid) && is_uid (new_uid) && strcmp (last, old_uid) < 0;
  }
  return is_whole;
}

/* What an Original Attributes item cannot be without (PS3.3 C.12.1.1.9). */
static gboolean
has_history (const NegModify *modify)
{
  return !modify->keeps_originals
         || (modify->system != NULL && modify->datetime != NULL
             && (g_strcmp0 (modify->reason_code, "COERCE") == 0 || g_strcmp0 (modify->reason_code, "CORRECT") == 0));
}

static gboolean
has_syntax (const NegModify *modify)
{
  const char *uid = modify->transfer_syntax_uid;

  return uid == NULL || *uid == '\0' || strcmp (uid, NEG_MODIFY_EXPLICIT_LITTLE) == 0;
}

NegModify *
neg_modify_read (NegReader *reader, GError **error)
{
  g_autoptr (NegModify) modify = neg_modify_new ();
  gboolean is_whole = read_edits (modify, reader) && read_uids (modify, reader);
  guint8 keeps_originals;
  char **texts[N_TEXTS];

  if (is_whole) {
    keeps_originals = neg_reader_u8 (reader);
    is_whole = keeps_originals <= 1;
    modify->keeps_originals = keeps_originals;
    list_texts (modify, texts);
    for (guint i = 0; i < N_TEXTS; i++)
      *texts[i] = neg_reader_string (reader);
  }
  if (is_whole && !reader->failed && has_history (modify) && has_syntax (modify))
    return g_steal_pointer (&modify);
  neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "what is to be changed is not described");
  return NULL;
}

void
neg_modified_write (const NegModified *modified, GByteArray *array)
{
  neg_write_u64 (array, modified->bytes);
  neg_write_u8 (array, modified->is_changed ? 1 : 0);
  neg_write_u64 (array, modified->pixel_offset);
  neg_write_u64 (array, modified->pixel_bytes);
  neg_write_u64 (array, modified->old_pixel_offset);
}

static gboolean
is_within (guint64 offset, guint64 bytes, guint64 total)
{
  return offset <= total && bytes <= total - offset;
}

gboolean
neg_modified_read (NegModified *modified, NegReader *reader, GError **error)
{
  guint8 is_changed;

  modified->bytes = neg_reader_u64 (reader);
  is_changed = neg_reader_u8 (reader);
  modified->is_changed = is_changed;
  modified->pixel_offset = neg_reader_u64 (reader);
  modified->pixel_bytes = neg_reader_u64 (reader);
  modified->old_pixel_offset = neg_reader_u64 (reader);
  if (!reader->failed && is_changed <= 1 && (is_changed != 0) == (modified->bytes > 0)
      && modified->bytes <= G_MAXINT64 && modified->old_pixel_offset <= G_MAXINT64
      && is_within (modified->pixel_offset, modified->pixel_bytes, modified->bytes))
    return TRUE;
  return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an object that cannot have been written");
}
