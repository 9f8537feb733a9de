#include "config.h"

#include "agent/neg-agent-outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "agent/neg-agent-vet.h"
#include "agent/neg-site-folder.h"
#include "agent/neg-site-publish.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "learning/neg-json.h"
#include "support/neg-feedback.h"

#define FOLDER_MODE 0700
#define LINE_BYTES_MAX (64u << 10)

/* --- attachments --- */

static guint64
get_bytes_max (const char *name)
{
  if (g_str_has_suffix (name, ".webm"))
    return NEG_LIBRARY_VIDEO_BYTES_MAX;
  return g_str_has_suffix (name, ".png") ? NEG_LIBRARY_PICTURE_BYTES_MAX : NEG_LIBRARY_TEXT_BYTES_MAX;
}

static gboolean
is_attachment_name (const char *name)
{
  const gsize length = strlen (name);

  if (length == 0 || length > 100 || *name == '.' || *name == '-')
    return FALSE;
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum (*name) && strchr ("._-", *name) == NULL)
      return FALSE;
  return TRUE;
}

/* Looked at here, where whoever sends it still hears of it. Of a video only that it is there: every workstation plays it through. */
static gboolean
check_file (const char *path, const NegPostFile *file, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize length;

  if (file->bytes == 0)
    return neg_fail (error, NEG_ERROR_REFUSED, file->name, "%s is empty", file->name);
  if (g_str_has_suffix (file->name, ".webm"))
    return TRUE;
  return g_file_get_contents (path, &bytes, &length, error) && neg_agent_vet_bytes (file->name, bytes, length, error);
}

/* The bytes as they are now: what the sender writes to it later changes nothing. */
static gboolean
copy_in (int from, const char *path, NegPostFile *file, GError **error)
{
  struct stat about;
  gboolean is_copied;
  int fd;

  if (fstat (from, &about) != 0 || !S_ISREG (about.st_mode))
    return neg_fail (error, NEG_ERROR_REFUSED, file->name, "%s is not a file", file->name);
  if (about.st_size < 0 || (guint64) about.st_size > get_bytes_max (file->name))
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, file->name, "%s is larger than %" G_GUINT64_FORMAT " MiB", file->name,
                     get_bytes_max (file->name) >> 20);
  fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return neg_fail (error, NEG_ERROR_UNREADABLE, path, "%s cannot be written: %s", path, g_strerror (errno));
  is_copied = neg_site_folder_copy_fd (from, file->name, get_bytes_max (file->name), fd, &file->sha256, error);
  if (is_copied && fsync (fd) != 0)
    is_copied = neg_fail (error, NEG_ERROR_DISK_FULL, path, "%s cannot be written: %s", path, g_strerror (errno));
  if (is_copied && fstat (fd, &about) == 0)
    file->bytes = (guint64) about.st_size;
  close (fd);
  return is_copied;
}

static gboolean
take_file (const char *data_folder, NegPost *post, const char *name, int fd, GError **error)
{
  g_autofree char *path = neg_post_dup_file_path (data_folder, post, post->files->len);
  NegPostFile *file = g_new0 (NegPostFile, 1);

  file->name = g_strdup (name);
  g_ptr_array_add (post->files, file);
  if (!is_attachment_name (name))
    return neg_fail (error, NEG_ERROR_REFUSED, "attachments", "the name of an attachment has other letters than A to Z, digits, “.”, “_” and “-”");
  return copy_in (fd, path, file, error) && check_file (path, file, error);
}

static gboolean
take_files (const char *data_folder, NegPost *post, JsonObject *root, const int *fds, guint n_fds, GError **error)
{
  g_autofree char *folder = g_build_filename (data_folder, NEG_OUTBOX_FOLDER, NULL);
  JsonArray *names;
  guint n;

  if (!neg_json_read_array (root, "attachments", NEG_OUTBOX_FILES_MAX, &names, error))
    return FALSE;
  n = names != NULL ? json_array_get_length (names) : 0;
  if (n != n_fds)
    return neg_fail (error, NEG_ERROR_REFUSED, "attachments", "%u attachments are named, and %u came along", n, n_fds);
  if (n > 0 && g_mkdir_with_parents (folder, FOLDER_MODE) != 0)
    return neg_fail (error, NEG_ERROR_UNREADABLE, folder, "%s cannot be made", folder);
  for (guint i = 0; i < n; i++) {
    JsonNode *node = json_array_get_element (names, i);
    const char *name = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

    if (name == NULL || !take_file (data_folder, post, name, fds[i], error))
      return name != NULL ? FALSE : neg_fail (error, NEG_ERROR_REFUSED, "attachments", "“attachments” is not a list of names");
  }
  return TRUE;
}

static void
free_file (gpointer data)
{
  NegPostFile *file = data;

  g_free (file->name);
  g_free (file->sha256);
  g_free (file);
}

void
_neg_outbox_remove_files (const char *data_folder, const NegPost *post)
{
  for (guint i = 0; i < post->files->len; i++) {
    g_autofree char *path = neg_post_dup_file_path (data_folder, post, i);

    g_unlink (path);
  }
}

/* --- what each kind has to be --- */

static gboolean
has_no_files (const NegPost *post, GError **error)
{
  return post->files->len == 0 || neg_fail (error, NEG_ERROR_REFUSED, "attachments", "nothing can be attached to this");
}

static gboolean
check_feedback (const NegPost *post, GError **error)
{
  g_autoptr (NegFeedbackItem) item = neg_feedback_item_parse (post->json, strlen (post->json), error);

  if (item == NULL)
    return FALSE;
  if (post->files->len > 1 || (post->files->len == 1 && strcmp (((const NegPostFile *) post->files->pdata[0])->name, NEG_FEEDBACK_PICTURE) != 0))
    return neg_fail (error, NEG_ERROR_REFUSED, "attachments", "only a picture can be attached to feedback");
  return TRUE;
}

static gboolean
check_kind (const char *data_folder, const NegPost *post, GError **error)
{
  g_autofree char *entry = NULL;
  gboolean is_topic;

  switch (post->kind) {
  case NEG_POST_FEEDBACK:
    return check_feedback (post, error);
  case NEG_POST_PUBLISH:
    entry = neg_publish_make_entry (post, data_folder, post->made_us, &is_topic, error);
    return entry != NULL;
  case NEG_POST_WITHDRAW:
    return has_no_files (post, error) && neg_publish_check_withdraw (post->json, error);
  default:
    return has_no_files (post, error)
           && (strlen (post->json) < LINE_BYTES_MAX || neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, "json", "it is too long for a line"));
  }
}

/* A line of progress has an id of its own, which says what it is also to the viewer's own record. */
static void
set_id (const NegPost *post, JsonObject *root)
{
  const char *id;

  if (post->kind == NEG_POST_PROGRESS && neg_json_read_text (root, "id", TRUE, 80, &id, NULL))
    return;
  json_object_set_string_member (root, "id", post->uuid);
}

NegPost *
_neg_outbox_accept (const char *data_folder, NegPostKind kind, const char *json, const int *fds, guint n_fds, GError **error)
{
  g_autoptr (JsonObject) root = neg_json_parse (json, strlen (json), NEG_OUTBOX_JSON_BYTES_MAX, error);
  g_autoptr (NegPost) post = NULL;

  if (root == NULL)
    return NULL;
  post = g_new0 (NegPost, 1);
  post->uuid = g_uuid_string_random ();
  post->kind = kind;
  post->made_us = g_get_real_time ();
  post->files = g_ptr_array_new_with_free_func (free_file);
  set_id (post, root);
  post->json = neg_json_write (root);
  if (take_files (data_folder, post, root, fds, n_fds, error) && check_kind (data_folder, post, error)) {
    neg_fault_point ("post-files");
    return g_steal_pointer (&post);
  }
  _neg_outbox_remove_files (data_folder, post);
  return NULL;
}
