#include "config.h"

#include "engine/neg-archive.h"

#include "base/neg-error.h"
#include "base/neg-utf8.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <time.h>

#define NAME_BYTES_MAX 1024

typedef struct archive Archive;

static void
close_archive (Archive *archive)
{
  archive_read_free (archive);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Archive, close_archive)

/* What libarchive reads from. */
typedef struct {
  NegSource *source;
  guint64 position;
} Input;

gboolean
neg_archive_preload (GError **error)
{
  /* libarchive turns each entry's date into local time: the zone's file is read now. */
  tzset ();
  /* It converts names to the locale's charset, and would lose what is not ASCII. */
  if (setlocale (LC_CTYPE, "C.UTF-8") != NULL)
    return TRUE;
  return neg_fail (error, NEG_ERROR_NOT_FOUND, "C.UTF-8", "the system has no UTF-8 locale");
}

static la_ssize_t
read_cb (Archive *archive, void *user_data, const void **buffer)
{
  Input *input = user_data;
  gsize length = MIN (input->source->length - input->position, NEG_SOURCE_WINDOW_BYTES);

  if (length == 0)
    return 0;
  *buffer = neg_source_peek (input->source, input->position, length, NULL);
  if (*buffer == NULL) {
    archive_set_error (archive, EIO, "unreadable");
    return -1;
  }
  input->position += length;
  return length;
}

static la_int64_t
skip_cb (Archive *archive, void *user_data, la_int64_t request)
{
  Input *input = user_data;
  guint64 remaining = input->source->length - input->position;
  guint64 skipped = request <= 0 ? 0 : MIN ((guint64) request, remaining);

  input->position += skipped;
  return skipped;
}

static la_int64_t
seek_cb (Archive *archive, void *user_data, la_int64_t offset, int whence)
{
  Input *input = user_data;
  guint64 length = input->source->length;
  guint64 start = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? input->position : length;

  if (offset < 0 ? (guint64) -offset > start : (guint64) offset > length - start)
    return ARCHIVE_FATAL;
  input->position = start + offset;
  return input->position;
}

/* Only the reader that goes by the central directory: one that streams would find other entries in a crafted file. */
static Archive *
open_archive (Input *input, GError **error)
{
  g_autoptr (Archive) archive = archive_read_new ();

  if (archive == NULL) {
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for the archive");
    return NULL;
  }
  if (archive_read_support_format_zip_seekable (archive) != ARCHIVE_OK
      || archive_read_set_seek_callback (archive, seek_cb) != ARCHIVE_OK
      || archive_read_open2 (archive, input, NULL, read_cb, skip_cb, NULL) != ARCHIVE_OK) {
    neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "not a ZIP archive that can be read");
    return NULL;
  }
  return g_steal_pointer (&archive);
}

/* The next entry, NULL at the end (without error) or when the archive is damaged. */
static struct archive_entry *
next_entry (Archive *archive, GError **error)
{
  struct archive_entry *entry = NULL;
  int status;

  do
    status = archive_read_next_header (archive, &entry);
  while (status == ARCHIVE_RETRY);
  if (status == ARCHIVE_OK || status == ARCHIVE_WARN)
    return entry;
  if (status != ARCHIVE_EOF)
    neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "the archive is damaged");
  return NULL;
}

static char *
dup_name (struct archive_entry *entry)
{
  const char *name = archive_entry_pathname (entry);
  char *valid = g_utf8_make_valid (name ? name : "", -1);

  neg_utf8_cut (valid, NAME_BYTES_MAX);
  return valid;
}

static void
clear_entry (gpointer data)
{
  g_free (((NegArchiveEntry *) data)->name);
}

static gboolean
list_entries (Archive *archive, GArray *entries, GError **error)
{
  g_autoptr (GError) failure = NULL;
  struct archive_entry *entry;
  guint64 total = 0;

  while ((entry = next_entry (archive, &failure)) != NULL) {
    gint64 size = archive_entry_size_is_set (entry) ? archive_entry_size (entry) : 0;
    NegArchiveEntry listed = { .bytes = MAX (size, 0), .is_file = archive_entry_filetype (entry) == AE_IFREG };

    if (entries->len == NEG_ARCHIVE_ENTRIES_MAX)
      return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "more than %u entries", NEG_ARCHIVE_ENTRIES_MAX);
    if (listed.bytes > NEG_ARCHIVE_BYTES_MAX - total)
      return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "more than %u MiB when unpacked",
                       (guint) (NEG_ARCHIVE_BYTES_MAX >> 20));
    total += listed.bytes;
    listed.name = dup_name (entry);
    g_array_append_val (entries, listed);
  }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
neg_archive_list (NegSource *source, NegScanResult *result, GError **error)
{
  Input input = { .source = source };
  g_autoptr (Archive) archive = open_archive (&input, error);
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (NegArchiveEntry));

  g_array_set_clear_func (entries, clear_entry);
  if (archive == NULL || !list_entries (archive, entries, error))
    return FALSE;
  result->kind = NEG_SCAN_ARCHIVE;
  result->n_entries = entries->len;
  result->entries = (NegArchiveEntry *) g_array_free (g_steal_pointer (&entries), FALSE);
  return TRUE;
}

/* The entries asked for, in the order in which the archive gives them. */
typedef struct {
  guint32 entry;
  guint index; /* of the item */
} Wanted;

static int
compare_wanted (gconstpointer a, gconstpointer b)
{
  const Wanted *first = a, *second = b;

  if (first->entry != second->entry)
    return first->entry < second->entry ? -1 : 1;
  return first->index < second->index ? -1 : first->index > second->index;
}

typedef struct {
  Archive *archive;
  const NegArchiveItem *items;
  NegArchiveWriteFunc write;
  NegArchiveDoneFunc done;
  gpointer user_data;
} Extraction;

static gboolean
fail_entry (GError **error, NegErrorCode code, guint32 entry, const char *message)
{
  g_autofree char *where = g_strdup_printf ("entry %u", entry);

  return neg_fail (error, code, where, "%s", message);
}

static gboolean
write_blocks (const Extraction *extraction, guint index, guint64 *written, GError **error)
{
  const NegArchiveItem *item = &extraction->items[index];

  for (;;) {
    const void *bytes = NULL;
    size_t length = 0;
    la_int64_t offset = 0;
    int status = archive_read_data_block (extraction->archive, &bytes, &length, &offset);

    if (status == ARCHIVE_EOF)
      return TRUE;
    if (status == ARCHIVE_RETRY)
      continue;
    if (status != ARCHIVE_OK)
      return fail_entry (error, NEG_ERROR_INCONSISTENT, item->entry, "the packed data are damaged");
    if (offset < 0 || (guint64) offset != *written || length > item->bytes - *written)
      return fail_entry (error, NEG_ERROR_INCONSISTENT, item->entry, "holds more bytes than it declares");
    if (length > 0 && !extraction->write (index, offset, bytes, length, extraction->user_data, error))
      return FALSE;
    *written += length;
  }
}

static gboolean
extract_entry (const Extraction *extraction, struct archive_entry *entry, guint index, guint64 *written,
               GError **error)
{
  const NegArchiveItem *item = &extraction->items[index];

  if (archive_entry_is_encrypted (entry))
    return fail_entry (error, NEG_ERROR_UNSUPPORTED, item->entry, "is encrypted");
  if (archive_entry_filetype (entry) != AE_IFREG)
    return fail_entry (error, NEG_ERROR_UNSUPPORTED, item->entry, "is not a file");
  if (!write_blocks (extraction, index, written, error))
    return FALSE;
  if (*written != item->bytes)
    return fail_entry (error, NEG_ERROR_INCONSISTENT, item->entry, "holds fewer bytes than it declares");
  return TRUE;
}

/* Walks the archive once; returns how many of @wanted were answered. What stops it short is in @error. */
static guint
extract_entries (const Extraction *extraction, const Wanted *wanted, guint n_wanted, GError **error)
{
  struct archive_entry *entry;
  guint n_done = 0;

  for (guint32 number = 0; n_done < n_wanted; number++) {
    entry = next_entry (extraction->archive, error);
    if (entry == NULL)
      return n_done;
    if (wanted[n_done].entry != number)
      continue;
    /* Its bytes can be read once: another item for the same entry finds it empty, which is an error. */
    for (; n_done < n_wanted && wanted[n_done].entry == number; n_done++) {
      g_autoptr (GError) failure = NULL;
      guint64 written = 0;

      extract_entry (extraction, entry, wanted[n_done].index, &written, &failure);
      if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_CANCELLED)) {
        g_propagate_error (error, g_steal_pointer (&failure));
        return n_done;
      }
      extraction->done (wanted[n_done].index, written, failure, extraction->user_data);
    }
  }
  return n_done;
}

gboolean
neg_archive_extract (NegSource *source, const NegArchiveItem *items, guint n_items, NegArchiveWriteFunc write,
                     NegArchiveDoneFunc done, gpointer user_data, GError **error)
{
  Input input = { .source = source };
  g_autoptr (Archive) archive = open_archive (&input, error);
  g_autofree Wanted *wanted = g_try_new (Wanted, MAX (n_items, 1));
  g_autoptr (GError) failure = NULL;
  Extraction extraction = { archive, items, write, done, user_data };
  guint n_done;

  if (archive == NULL)
    return FALSE;
  if (wanted == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for %u entries", n_items);
  for (guint i = 0; i < n_items; i++)
    wanted[i] = (Wanted){ items[i].entry, i };
  qsort (wanted, n_items, sizeof *wanted, compare_wanted);

  n_done = extract_entries (&extraction, wanted, n_items, &failure);
  if (n_done < n_items && failure == NULL)
    neg_fail (&failure, NEG_ERROR_INCONSISTENT, NULL, "the archive has fewer entries");
  for (; n_done < n_items; n_done++)
    done (wanted[n_done].index, 0, failure, user_data);
  return TRUE;
}
