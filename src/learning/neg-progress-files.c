#include "config.h"

#include "learning/neg-progress-files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"

#define ENDING ".jsonl"
#define FILE_BYTES_MAX ((gint64) 256 << 20)
#define AHEAD_MS_MAX ((gint64) 48 * 60 * 60 * 1000) /* a clock may be wrong by its time zone */
#define FIRST_MS G_GINT64_CONSTANT (1577836800000)  /* 2020-01-01: before this program */

typedef struct {
  NegProgressFiles *files;
  const char *stem; /* of the file's name */
  gint64 now_ms;
} Reading;

char *
neg_progress_dup_file_name (const char *person)
{
  GString *name = g_string_new (NULL);

  for (const char *at = person; *at != '\0'; at++)
    if (g_ascii_isalnum (*at) || *at == '_' || *at == '-' || (*at == '.' && at != person))
      g_string_append_c (name, *at);
    else
      g_string_append_printf (name, "%%%02X", (guchar) *at);
  g_string_append (name, ENDING);
  return g_string_free (name, FALSE);
}

NegProgressFiles *
neg_progress_files_new (void)
{
  NegProgressFiles *files = g_new0 (NegProgressFiles, 1);

  files->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_progress_line_free);
  return files;
}

void
neg_progress_files_free (NegProgressFiles *files)
{
  if (files == NULL)
    return;
  g_ptr_array_unref (files->lines);
  g_free (files);
}

void
neg_progress_files_add (NegProgressFiles *files, NegProgressLine *line)
{
  if (files->lines->len < NEG_PROGRESS_LINES_MAX)
    g_ptr_array_add (files->lines, line);
  else {
    files->n_left_out++;
    neg_progress_line_free (line);
  }
}

/* --- one file --- */

static gboolean
is_strange (const Reading *reading, const NegProgressLine *line)
{
  g_autofree char *name = neg_progress_dup_file_name (line->person);

  return line->began_ms < FIRST_MS || line->ended_ms > reading->now_ms + AHEAD_MS_MAX
         || strlen (name) != strlen (reading->stem) + strlen (ENDING) || !g_str_has_prefix (name, reading->stem);
}

static void
take_text (const Reading *reading, const char *text, gsize length)
{
  NegProgressFiles *files = reading->files;
  NegProgressLine *line;

  while (length > 0 && (text[length - 1] == '\r' || text[length - 1] == ' '))
    length--;
  if (length == 0)
    return;
  line = neg_progress_line_parse (text, length, NULL);
  if (line != NULL && !is_strange (reading, line)) {
    neg_progress_files_add (files, line);
    return;
  }
  *(line == NULL ? &files->n_damaged : &files->n_strange) += 1;
  neg_progress_line_free (line);
}

/* What is read of a line until its end; one that is longer than a line may be is let go of at once. */
typedef struct {
  GString *text;
  gboolean is_too_long;
} Pending;

static void
end_line (const Reading *reading, Pending *pending)
{
  if (pending->is_too_long)
    reading->files->n_damaged++;
  else
    take_text (reading, pending->text->str, pending->text->len);
  pending->is_too_long = FALSE;
  g_string_truncate (pending->text, 0);
}

static void
take_bytes (const Reading *reading, Pending *pending, const char *bytes, gsize n)
{
  while (n > 0) {
    const char *end = memchr (bytes, '\n', n);
    const gsize part = end != NULL ? (gsize) (end - bytes) : n;

    pending->is_too_long = pending->is_too_long || pending->text->len + part > NEG_PROGRESS_LINE_BYTES_MAX;
    if (!pending->is_too_long)
      g_string_append_len (pending->text, bytes, (gssize) part);
    if (end == NULL)
      return;
    end_line (reading, pending);
    bytes += part + 1;
    n -= part + 1;
  }
}

static gboolean
read_all (const Reading *reading, int fd, GCancellable *cancellable)
{
  Pending pending = { g_string_new (NULL), FALSE };
  gint64 total = 0;
  char buffer[16384];
  gssize n = 0;

  while (total < FILE_BYTES_MAX && !g_cancellable_is_cancelled (cancellable)) {
    n = read (fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    take_bytes (reading, &pending, buffer, (gsize) n);
    total += n;
  }
  end_line (reading, &pending);
  g_string_free (pending.text, TRUE);
  return n == 0;
}

/* Nothing but a plain file: a pipe would hold this up, a link would lead out of the folder. */
static gboolean
read_file (const Reading *reading, const char *path, GCancellable *cancellable)
{
  const int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  struct stat status;
  gboolean done;

  if (fd < 0)
    return FALSE;
  done = fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && read_all (reading, fd, cancellable);
  close (fd);
  return done;
}

/* --- all of them --- */

static int
compare_ends (gconstpointer a, gconstpointer b)
{
  const NegProgressLine *first = *(NegProgressLine *const *) a, *second = *(NegProgressLine *const *) b;

  if (first->ended_ms != second->ended_ms)
    return first->ended_ms < second->ended_ms ? -1 : 1;
  return strcmp (first->id, second->id);
}

/* The later of two with one id; an id that is another's sitting too is doubtful, and the first one that ended holds. */
static gboolean
is_replaced (const NegProgressLine *earlier, const NegProgressLine *later)
{
  return earlier->kind == later->kind && earlier->began_ms == later->began_ms && strcmp (earlier->person, later->person) == 0
         && strcmp (earlier->topic, later->topic) == 0 && strcmp (earlier->video, later->video) == 0;
}

/* Which one of each id counts: its place in @all. Own ones are at the site, too: that is no doubt about the file. */
static GHashTable *
choose (NegProgressFiles *files, GPtrArray *all)
{
  GHashTable *by_id = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < all->len; i++) {
    NegProgressLine *line = all->pdata[i];
    const NegProgressLine *known;
    gpointer place;

    if (!g_hash_table_lookup_extended (by_id, line->id, NULL, &place)) {
      g_hash_table_insert (by_id, line->id, GUINT_TO_POINTER (i));
      continue;
    }
    known = all->pdata[GPOINTER_TO_UINT (place)];
    files->n_doubled += !line->is_own && !known->is_own;
    if (is_replaced (known, line))
      g_hash_table_replace (by_id, line->id, GUINT_TO_POINTER (i));
  }
  return by_id;
}

void
neg_progress_files_sort (NegProgressFiles *files)
{
  g_autoptr (GPtrArray) all = files->lines, left_out = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_progress_line_free);
  g_autoptr (GHashTable) by_id = NULL;

  g_ptr_array_sort (all, compare_ends);
  by_id = choose (files, all);
  files->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_progress_line_free);
  g_ptr_array_set_free_func (all, NULL);
  for (guint i = 0; i < all->len; i++) {
    const NegProgressLine *line = all->pdata[i];
    const gboolean counts = GPOINTER_TO_UINT (g_hash_table_lookup (by_id, line->id)) == i;

    g_ptr_array_add (counts ? files->lines : left_out, all->pdata[i]);
  }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Their names, in order; given. */
static GPtrArray *
list_names (NegProgressFiles *files, GDir *dir)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ENDING) && names->len < NEG_PROGRESS_FILES_MAX)
      g_ptr_array_add (names, g_strdup (name));
    else if (g_str_has_suffix (name, ENDING))
      files->n_left_out++;
  g_ptr_array_sort (names, compare_names);
  return names;
}

gboolean
neg_progress_files_read (NegProgressFiles *files, const char *library_folder, gint64 now_ms, GCancellable *cancellable,
                         GError **error)
{
  g_autofree char *folder = g_build_filename (library_folder, NEG_PROGRESS_FOLDER, NULL);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &failure);
  g_autoptr (GPtrArray) names = dir != NULL ? list_names (files, dir) : NULL;

  if (dir == NULL && g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOENT)
      && g_file_test (library_folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  if (dir == NULL)
    return neg_fail (error, NEG_ERROR_UNREADABLE, folder, "%s", failure->message);
  for (guint i = 0; i < names->len && !g_cancellable_is_cancelled (cancellable); i++) {
    g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
    g_autofree char *stem = g_strndup (names->pdata[i], strlen (names->pdata[i]) - strlen (ENDING));
    const Reading reading = { .files = files, .stem = stem, .now_ms = now_ms };

    files->n_files++;
    if (!read_file (&reading, path, cancellable))
      files->n_left_out++;
  }
  return TRUE;
}
