#include "config.h"

#include "agent/neg-library-keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "agent/neg-agent-vet.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "learning/neg-json.h"

#define FOLDER_MODE 0700
#define INCOMING ".incoming"

struct _NegLibraryKeep {
  char *cache_folder, *folder; /* the second below the first */
  GHashTable *bad; /* names of files in the folder that were refused, to why */
};

NegLibraryKeep *
neg_library_keep_new (const char *cache_folder)
{
  NegLibraryKeep *keep = g_new0 (NegLibraryKeep, 1);

  keep->cache_folder = g_strdup (cache_folder);
  keep->folder = g_build_filename (cache_folder, "library", NULL);
  keep->bad = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return keep;
}

void
neg_library_keep_free (NegLibraryKeep *keep)
{
  if (keep == NULL)
    return;
  g_hash_table_unref (keep->bad);
  g_free (keep->cache_folder);
  g_free (keep->folder);
  g_free (keep);
}

/* One pass. */
typedef struct {
  NegLibraryKeep *keep;
  NegLibraryFetch *fetch;
  const NegLibrarySettings *settings;
  GCancellable *cancellable;
  NegLibrary *library, *old;
  guint64 keep_free_bytes;
  guint64 bytes;        /* of what is accepted */
  gboolean is_complete; /* nothing was missing that may still come */
} Pass;

/* --- one file --- */

static gboolean
check_quota (const Pass *pass, guint64 bytes, GError **error)
{
  if (pass->bytes + bytes > pass->settings->quota_bytes)
    return neg_fail (error, NEG_ERROR_REFUSED, "library", "there is no room for it: the library is larger than %" G_GUINT64_FORMAT " MiB",
                     pass->settings->quota_bytes >> 20);
  return TRUE;
}

static gboolean
check_disk (const Pass *pass, guint64 bytes, GError **error)
{
  struct statvfs about;

  if (statvfs (pass->keep->folder, &about) == 0 && (guint64) about.f_bavail * about.f_frsize < pass->keep_free_bytes + bytes)
    return neg_fail (error, NEG_ERROR_DISK_FULL, "library", "the disk is full");
  return TRUE;
}

/* Of a failure to bring a file: it lies with the place, and may pass. */
static gboolean
is_of_place (const GError *error)
{
  static const NegErrorCode codes[] = { NEG_ERROR_TIMEOUT, NEG_ERROR_CANCELLED, NEG_ERROR_DISK_FULL, NEG_ERROR_MEMORY, NEG_ERROR_TLS,
                                        NEG_ERROR_AUTH, NEG_ERROR_BUSY, NEG_ERROR_ABORTED, NEG_ERROR_ENGINE_DIED };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, NEG_ERROR, codes[i]))
      return TRUE;
  return FALSE;
}

static gboolean
vet (Pass *pass, const NegLibraryFile *file, const char *path, const char *name, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (neg_agent_vet_file (file, path, pass->cancellable, &failure))
    return TRUE;
  if (!g_error_matches (failure, NEG_ERROR, NEG_ERROR_CANCELLED))
    g_hash_table_insert (pass->keep->bad, g_strdup (name), g_strdup (failure->message));
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* Fetched, looked at, and only then named as what may be shown. *is_of_place: of the failure. */
static gboolean
bring (Pass *pass, const NegLibraryFile *file, const char *path, gboolean *of_place, GError **error)
{
  g_autofree char *incoming = g_build_filename (pass->keep->folder, INCOMING, NULL);
  g_autofree char *name = g_path_get_basename (path);
  const char *known = g_hash_table_lookup (pass->keep->bad, name);
  g_autoptr (GError) failure = NULL;
  gboolean is_good = FALSE;

  *of_place = FALSE;
  if (known != NULL)
    return neg_fail (error, NEG_ERROR_REFUSED, file->name, "%s", known);
  if (!check_quota (pass, file->bytes, &failure) || !check_disk (pass, file->bytes, &failure)
      || !neg_library_fetch_file (pass->fetch, file, incoming, &failure))
    *of_place = is_of_place (failure)
                || (g_error_matches (failure, NEG_ERROR, NEG_ERROR_NOT_FOUND) && !neg_library_fetch_is_there (pass->fetch));
  else {
    is_good = vet (pass, file, incoming, name, &failure);
    *of_place = !is_good && g_error_matches (failure, NEG_ERROR, NEG_ERROR_CANCELLED);
  }
  if (is_good && rename (incoming, path) != 0)
    is_good = neg_fail (&failure, NEG_ERROR_UNREADABLE, path, "%s: %s", path, g_strerror (errno));
  g_unlink (incoming);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  neg_fault_point ("library-file");
  return is_good;
}

static gboolean
has_file (Pass *pass, const NegLibraryFile *file, gboolean *of_place, GError **error)
{
  g_autofree char *path = neg_library_dup_file_path (pass->keep->cache_folder, file);
  struct stat about;

  *of_place = FALSE;
  if (lstat (path, &about) != 0 && !bring (pass, file, path, of_place, error))
    return FALSE;
  if (lstat (path, &about) != 0 || !S_ISREG (about.st_mode))
    return neg_fail (error, NEG_ERROR_UNREADABLE, path, "%s is not there", file->name);
  if (!check_quota (pass, (guint64) about.st_size, error))
    return FALSE;
  pass->bytes += (guint64) about.st_size;
  return TRUE;
}

/* --- the topics --- */

static gboolean
has_files (Pass *pass, const NegTopic *topic, gboolean *of_place, GError **error)
{
  g_autoptr (GPtrArray) files = neg_topic_list_files (topic);
  const guint64 before = pass->bytes;

  for (guint i = 0; i < files->len; i++)
    if (!has_file (pass, files->pdata[i], of_place, error)) {
      g_prefix_error (error, "%s: ", ((const NegLibraryFile *) files->pdata[i])->called);
      pass->bytes = before;
      return FALSE;
    }
  return TRUE;
}

static void
refuse (Pass *pass, const NegTopic *topic, const char *why)
{
  g_autofree char *what = g_strconcat ("topic ", topic->id, NULL);

  g_ptr_array_add (pass->library->refused, neg_refusal_new (what, why, topic->id));
}

/* FALSE: the place is gone. */
static gboolean
take_topics (Pass *pass, GError **error)
{
  for (guint i = 0; i < pass->library->topics->len;) {
    const NegTopic *topic = pass->library->topics->pdata[i];
    g_autoptr (GError) failure = NULL;
    gboolean of_place;

    if (topic->is_withdrawn || has_files (pass, topic, &of_place, &failure)) {
      i++;
      continue;
    }
    if (of_place) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
    if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_NOT_FOUND))
      pass->is_complete = FALSE;
    refuse (pass, topic, failure->message);
    g_ptr_array_remove_index (pass->library->topics, i);
  }
  return TRUE;
}

/* What is refused now and was good before stays as it was. */
static void
keep_old (Pass *pass)
{
  for (guint i = 0; i < pass->library->refused->len; i++) {
    const NegRefusal *refusal = pass->library->refused->pdata[i];
    guint j = 0;

    if (*refusal->id == '\0' || neg_library_find_topic (pass->library, refusal->id) != NULL)
      continue;
    while (j < pass->old->topics->len && strcmp (((const NegTopic *) pass->old->topics->pdata[j])->id, refusal->id) != 0)
      j++;
    if (j < pass->old->topics->len)
      g_ptr_array_add (pass->library->topics, g_ptr_array_steal_index (pass->old->topics, j));
  }
}

/* --- what is written --- */

/* TRUE: it is there; *has_changed is set when it was another one. */
static gboolean
write_file (const NegLibraryKeep *keep, const char *name, const char *text, gboolean *has_changed, GError **error)
{
  g_autofree char *path = g_build_filename (keep->folder, name, NULL);
  g_autofree char *before = NULL;
  g_autoptr (GError) failure = NULL;

  if (g_file_get_contents (path, &before, NULL, NULL) && strcmp (before, text) == 0)
    return TRUE;
  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &failure))
    return neg_fail (error, g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? NEG_ERROR_DISK_FULL : NEG_ERROR_UNREADABLE,
                     path, "%s", failure->message);
  *has_changed = TRUE;
  return TRUE;
}

static char *
write_refused (GPtrArray *refused)
{
  g_autoptr (JsonObject) root = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < refused->len; i++) {
    const NegRefusal *refusal = refused->pdata[i];
    JsonObject *object = json_object_new ();

    json_object_set_string_member (object, "what", refusal->what);
    json_object_set_string_member (object, "why", refusal->why);
    json_object_set_string_member (object, "id", refusal->id);
    json_array_add_object_element (array, object);
  }
  json_object_set_array_member (root, "refused", array);
  return neg_json_write (root);
}

static void
add_names (GHashTable *names, const char *cache_folder, const NegLibrary *library)
{
  for (guint i = 0; i < library->topics->len; i++) {
    g_autoptr (GPtrArray) files = neg_topic_list_files (library->topics->pdata[i]);

    for (guint j = 0; j < files->len; j++) {
      g_autofree char *path = neg_library_dup_file_path (cache_folder, files->pdata[j]);

      g_hash_table_add (names, g_path_get_basename (path));
    }
  }
}

/* What neither this manifest nor the one before names: a viewer may still be about to open a file of that. */
static void
remove_others (const Pass *pass)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GDir) dir = g_dir_open (pass->keep->folder, 0, NULL);
  const char *name;

  add_names (names, pass->keep->cache_folder, pass->library);
  add_names (names, pass->keep->cache_folder, pass->old);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (pass->keep->folder, name, NULL);

    if (!g_str_has_suffix (name, ".json") && *name != '.' && !g_hash_table_contains (names, name))
      g_unlink (path);
  }
}

static gboolean
write_all (Pass *pass, gboolean *has_changed, GError **error)
{
  g_autofree char *current = neg_library_to_json (pass->library);
  g_autofree char *refused = write_refused (pass->library->refused);

  neg_fault_point ("library-before-current");
  if (!write_file (pass->keep, NEG_LIBRARY_CURRENT, current, has_changed, error)
      || !write_file (pass->keep, NEG_LIBRARY_REFUSED, refused, has_changed, error))
    return FALSE;
  neg_fault_point ("library-after-current");
  if (*has_changed)
    remove_others (pass);
  return TRUE;
}

/* A manifest that cannot be used at all: what is there stays, and its reason is told. */
static gboolean
refuse_all (NegLibraryKeep *keep, const char *why, gboolean *has_changed, GError **error)
{
  g_autoptr (GPtrArray) refused = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_refusal_free);
  g_autofree char *text = NULL;

  g_ptr_array_add (refused, neg_refusal_new (NEG_LIBRARY_MANIFEST, why, ""));
  text = write_refused (refused);
  return write_file (keep, NEG_LIBRARY_REFUSED, text, has_changed, error);
}

gboolean
neg_library_keep_take (NegLibraryKeep *keep, NegLibraryFetch *fetch, const NegLibrarySettings *settings, guint64 keep_free_bytes,
                       const char *json, gsize length, GCancellable *cancellable, gboolean *has_changed, gboolean *is_complete,
                       GError **error)
{
  static const char empty[] = "{\"format\":\"negatoscope-library\",\"version\":1,\"revision\":0}";
  g_autoptr (GError) failure = NULL;
  g_autoptr (NegLibrary) library
      = neg_library_parse (length > 0 ? json : empty, length > 0 ? length : sizeof empty - 1, &failure);
  g_autoptr (NegLibrary) old = neg_library_load_site (keep->cache_folder, NULL);
  Pass pass = { .keep = keep, .fetch = fetch, .settings = settings, .cancellable = cancellable, .library = library,
                .keep_free_bytes = keep_free_bytes, .is_complete = TRUE };

  *has_changed = FALSE;
  *is_complete = TRUE;
  if (g_mkdir_with_parents (keep->folder, FOLDER_MODE) != 0)
    return neg_fail (error, NEG_ERROR_UNREADABLE, keep->folder, "%s cannot be made", keep->folder);
  if (library == NULL)
    return refuse_all (keep, failure->message, has_changed, error);
  if (old == NULL)
    old = neg_library_parse (empty, sizeof empty - 1, NULL);
  pass.old = old;
  if (!take_topics (&pass, error))
    return FALSE;
  keep_old (&pass);
  *is_complete = pass.is_complete;
  return write_all (&pass, has_changed, error);
}

gboolean
neg_library_keep_clear (NegLibraryKeep *keep)
{
  g_autofree char *current = g_build_filename (keep->folder, NEG_LIBRARY_CURRENT, NULL);
  g_autofree char *refused = g_build_filename (keep->folder, NEG_LIBRARY_REFUSED, NULL);
  const gboolean had_current = g_unlink (current) == 0;

  return g_unlink (refused) == 0 || had_current;
}
