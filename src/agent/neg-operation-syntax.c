/* What a peer takes: noted for the checks, and the reason why some objects go in another transfer syntax than they have. */
#include "config.h"

#include "agent/neg-operation-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "store/neg-deliveries.h"
#include "wire/neg-modify-batch.h"

#define EXPLICIT_LITTLE NEG_MODIFY_EXPLICIT_LITTLE
/* Preamble, "DICM", and the group length that begins the meta header (PS3.10 7.1). */
#define META_START 132
#define META_LENGTH_BYTES 12

gboolean
_neg_association_takes (const NegAssociation *association, const char *sop_class_uid, const char *transfer_syntax_uid)
{
  const char *sop_class, *syntax;
  GVariantIter iter;

  if (association->contexts == NULL)
    return TRUE;
  g_variant_iter_init (&iter, association->contexts);
  while (g_variant_iter_next (&iter, "(&s&sy)", &sop_class, &syntax, NULL))
    if (strcmp (sop_class, sop_class_uid) == 0 && strcmp (syntax, transfer_syntax_uid) == 0)
      return TRUE;
  return FALSE;
}

gboolean
_neg_syntax_is_compressed (const char *uid)
{
  static const char *const native[] = { "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99",
                                        "1.2.840.10008.1.2.2", NULL };

  return !g_strv_contains (native, uid);
}

/* --- what is noted --- */

typedef struct {
  const NegAssociation *association;
  GPtrArray *objects;
} Note;

static gboolean
note_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Note *note = data;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const gint64 now_us = g_get_real_time ();

  for (guint i = 0; i < note->objects->len; i++) {
    const NegOutgoingObject *object = note->objects->pdata[i];

    if (g_hash_table_add (seen, g_strconcat (object->sop_class_uid, " ", object->transfer_syntax_uid, NULL))
        && !neg_deliveries_note_syntax (
            database, note->association->peer->name, object->sop_class_uid, object->transfer_syntax_uid,
            _neg_association_takes (note->association, object->sop_class_uid, object->transfer_syntax_uid), now_us, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
_neg_association_note_syntaxes (NegAssociation *association, GPtrArray *objects, GError **error)
{
  Note note = { association, objects };

  return association->contexts == NULL
         || neg_archive_write (neg_agent_get_archive (association->agent), note_cb, &note, error);
}

/* --- conversion --- */

/* The engine wrote it: every number is looked at. */
static gboolean
find_data_set (int fd, guint64 bytes, guint64 *offset)
{
  guint8 start[META_START + META_LENGTH_BYTES];
  guint32 length;

  if (pread (fd, start, sizeof start, 0) != (gssize) sizeof start || memcmp (start + META_START - 4, "DICM", 4) != 0
      || memcmp (start + META_START, "\2\0\0\0UL\4\0", 8) != 0)
    return FALSE;
  memcpy (&length, start + META_START + 8, sizeof length);
  *offset = sizeof start + (guint64) GUINT32_FROM_LE (length);
  return *offset < bytes;
}

static int
convert (NegAssociation *association, const NegOutgoingObject *object, guint64 *offset, GError **error)
{
  /* Without a name: nobody finds it, and it goes with its descriptor. */
  const int fd = open (neg_agent_get_data_folder (association->agent), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  g_autoptr (NegBlob) blob = neg_blob_new_for_path (object->path);
  NegModified modified = { 0 };

  if (fd < 0) {
    neg_fail (error, errno == ENOSPC ? NEG_ERROR_DISK_FULL : NEG_ERROR_REFUSED, NULL, "no room for a converted object: %s", g_strerror (errno));
    return -1;
  }
  if (neg_modify_convert_file (neg_agent_get_pool (association->agent), blob, fd, association->cancellable, &modified, error)
      && (find_data_set (fd, modified.bytes, offset)
          || neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "the converted object cannot be read")))
    return fd;
  close (fd);
  return -1;
}

int
_neg_outgoing_open (NegAssociation *association, const NegOutgoingObject *object, const char **syntax, guint64 *offset,
                    char **reason)
{
  g_autoptr (GError) failure = NULL;
  int fd;

  *syntax = object->transfer_syntax_uid;
  *offset = object->dataset_offset;
  if (_neg_association_takes (association, object->sop_class_uid, *syntax) || !_neg_syntax_is_compressed (*syntax)
      || !_neg_association_takes (association, object->sop_class_uid, EXPLICIT_LITTLE)) {
    fd = open (object->path, O_RDONLY | O_CLOEXEC);
    *reason = fd < 0 ? g_strdup_printf ("the file cannot be read: %s", g_strerror (errno)) : g_strdup ("");
    return fd;
  }
  fd = convert (association, object, offset, &failure);
  *syntax = EXPLICIT_LITTLE;
  *reason = fd < 0 ? g_strdup_printf ("it could not be converted for this peer: %s", failure->message) : g_strdup ("");
  return fd;
}
