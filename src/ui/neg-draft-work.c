#include "config.h"

#include "ui/neg-draft-work.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "media/neg-take.h"
#include "wire/neg-vet.h"

#define PART_SUFFIX ".part"
#define BYTES_PER_S 45000 /* what one reads in it is still sharp */
#define BYTES_MIN 400000

static const char *const languages[] = NEG_DRAFT_LANGUAGES;

/* --- Looking at drafts --- */

static int
open_part (const char *path, char **part)
{
  *part = g_strconcat (path, PART_SUFFIX, NULL);
  g_unlink (*part);
  return open (*part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* Whole, or as it was. */
static gboolean
replace (int fd, const char *part, const char *path)
{
  return fsync (fd) == 0 && g_rename (part, path) == 0;
}

static gboolean
mend_take (NegDraft *draft, int fd, GCancellable *cancellable)
{
  g_autofree char *path = neg_draft_dup_path (draft, NEG_DRAFT_TAKE);
  g_autofree char *part = NULL;
  NegTakeFacts facts = { 0 };
  int part_fd = open_part (path, &part);
  gboolean ok = part_fd >= 0 && neg_take_mend (fd, part_fd, cancellable, NULL)
                && neg_take_measure (part_fd, &facts, cancellable, NULL) && facts.n_pictures > 0
                && replace (part_fd, part, path);

  if (part_fd >= 0)
    close (part_fd);
  if (!ok)
    g_unlink (part);
  draft->duration_us = facts.duration_us;
  return ok;
}

/* FALSE: nothing of it is left. */
static gboolean
mend (NegDraft *draft, GCancellable *cancellable)
{
  gboolean is_locked, ok = TRUE;
  int fd;

  if (!draft->is_recording)
    return TRUE;
  fd = neg_draft_open_take (draft, &is_locked);
  if (!is_locked && (fd < 0 || !mend_take (draft, fd, cancellable)))
    ok = g_cancellable_is_cancelled (cancellable) || (neg_draft_remove (draft, NULL), FALSE);
  else if (!is_locked) {
    draft->is_recording = FALSE;
    draft->was_interrupted = TRUE;
    neg_draft_save (draft, NULL);
  }
  if (fd >= 0)
    close (fd);
  return ok;
}

static void
list_in_thread (GTask *task, gpointer source, gpointer folder, GCancellable *cancellable)
{
  GPtrArray *drafts = neg_draft_list (folder);

  for (guint i = 0; i < drafts->len;)
    if (mend (g_ptr_array_index (drafts, i), cancellable))
      i++;
    else
      g_ptr_array_remove_index (drafts, i);
  g_task_return_pointer (task, drafts, (GDestroyNotify) g_ptr_array_unref);
}

void
neg_draft_work_list_async (const char *drafts_folder, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, g_strdup (drafts_folder), g_free);
  g_task_run_in_thread (task, list_in_thread);
}

GPtrArray *
neg_draft_work_list_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Cutting --- */

typedef struct {
  char *take_path, *final_path;
  NegTakeCut cut;
  gint *permille;
} Cut;

static void
cut_free (gpointer data)
{
  Cut *cut = data;

  g_free (cut->take_path);
  g_free (cut->final_path);
  g_atomic_rc_box_release (cut->permille);
  g_free (cut);
}

static void
progress_cb (double fraction, gpointer permille)
{
  g_atomic_int_set ((gint *) permille, (gint) (fraction * 1000));
}

/* Whoever made the draft's bytes: the film is shown, here and elsewhere, when an engine in its cage has played it through. */
static gboolean
cut_film (const Cut *cut, GCancellable *cancellable, GError **error)
{
  g_autofree char *part = NULL;
  int from = open (cut->take_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  int to = open_part (cut->final_path, &part);
  gboolean ok;

  if (from < 0 || to < 0)
    ok = neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "the recording cannot be opened");
  else
    ok = neg_take_trim (from, to, &cut->cut, progress_cb, cut->permille, cancellable, error)
         && neg_vet_video (to, cancellable, NULL, error);
  if (ok && !replace (to, part, cut->final_path))
    ok = neg_fail (error, NEG_ERROR_DISK_FULL, NULL, "the film cannot be kept");
  if (!ok)
    g_unlink (part);
  if (from >= 0)
    close (from);
  if (to >= 0)
    close (to);
  return ok;
}

static void
cut_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (cut_film (data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
neg_draft_work_cut_async (const NegDraft *draft, gint *permille, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  gint64 end_us = draft->end_us > 0 ? draft->end_us : draft->duration_us;
  Cut *cut = g_new0 (Cut, 1);

  cut->take_path = neg_draft_dup_path (draft, NEG_DRAFT_TAKE);
  cut->final_path = neg_draft_dup_path (draft, NEG_DRAFT_FINAL);
  cut->cut.start_us = draft->start_us;
  cut->cut.end_us = draft->end_us;
  cut->cut.bytes_max
      = MAX ((guint64) (MAX (end_us - draft->start_us, 0) / 1000) * BYTES_PER_S / 1000, BYTES_MIN);
  cut->permille = g_atomic_rc_box_acquire (permille);
  g_task_set_task_data (task, cut, cut_free);
  g_task_run_in_thread (task, cut_in_thread);
}

gboolean
neg_draft_work_cut_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- Publishing --- */

typedef struct {
  JsonObject *topic;
  JsonArray *attachments;
  GUnixFDList *files;
  GVariantBuilder handles;
} Parcel;

/* Takes @fd. */
static gboolean
attach (Parcel *parcel, int fd, const char *name, GError **error)
{
  int handle = fd >= 0 ? g_unix_fd_list_append (parcel->files, fd, NULL) : -1;

  if (fd >= 0)
    close (fd);
  if (handle < 0)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "a file of the demo cannot be opened");
  json_array_add_string_element (parcel->attachments, name);
  g_variant_builder_add (&parcel->handles, "h", handle);
  return TRUE;
}

static int
open_text (const char *text)
{
  int fd = memfd_create ("negatoscope-captions", MFD_CLOEXEC);
  gsize length = strlen (text);

  if (fd < 0 || (write (fd, text, length) == (gssize) length && lseek (fd, 0, SEEK_SET) == 0))
    return fd;
  close (fd);
  return -1;
}

static void
add_file (JsonArray *list, const char *language, const char *name)
{
  JsonObject *file = json_object_new ();

  if (*language != '\0')
    json_object_set_string_member (file, "language", language);
  json_object_set_string_member (file, "file", name);
  json_array_add_object_element (list, file);
}

static gboolean
attach_cues (Parcel *parcel, const NegDraft *draft, const char *kind, GError **error)
{
  JsonArray *list = json_array_new ();

  json_object_set_array_member (parcel->topic, kind, list);
  for (guint i = 0; i < G_N_ELEMENTS (languages); i++) {
    g_autofree char *name = g_strdup_printf ("%s.%s.vtt", kind, languages[i]);
    g_autoptr (NegVtt) all = neg_draft_load_cues (draft, kind, languages[i], error);
    g_autoptr (NegVtt) cut = all != NULL ? neg_draft_cut_cues (draft, all) : NULL;
    g_autofree char *text = cut != NULL ? neg_vtt_to_text (cut) : NULL;

    if (cut == NULL)
      return FALSE;
    if (neg_vtt_get_n_cues (cut) == 0)
      continue;
    if (!attach (parcel, open_text (text), name, error))
      return FALSE;
    add_file (list, languages[i], name);
  }
  return TRUE;
}

/* What the topic has and a demo does not: its page of text, with pictures. */
static gboolean
attach_old (Parcel *parcel, GPtrArray *files, const char *kind, GError **error)
{
  JsonArray *list = json_array_new ();

  json_object_set_array_member (parcel->topic, kind, list);
  for (guint i = 0; i < files->len; i++) {
    const NegLibraryFile *file = g_ptr_array_index (files, i);
    g_autofree char *name = g_path_get_basename (file->name);

    if (file->path == NULL)
      continue;
    if (!attach (parcel, open (file->path, O_RDONLY | O_CLOEXEC), name, error))
      return FALSE;
    add_file (list, file->language != NULL ? file->language : "", name);
  }
  return TRUE;
}

static void
set_words (JsonObject *topic, const char *name, GHashTable *words)
{
  JsonObject *member = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (languages); i++) {
    const char *text = g_hash_table_lookup (words, languages[i]);

    if (text != NULL && *text != '\0')
      json_object_set_string_member (member, languages[i], text);
  }
  json_object_set_object_member (topic, name, member);
}

static void
describe (Parcel *parcel, const NegDraft *draft, const char *user)
{
  gint64 end_us = draft->end_us > 0 ? draft->end_us : draft->duration_us;
  JsonObject *video = json_object_new ();
  JsonArray *roles = json_array_new ();

  json_object_set_string_member (parcel->topic, "id", draft->topic);
  set_words (parcel->topic, "title", draft->title);
  set_words (parcel->topic, "summary", draft->summary);
  for (guint i = 0; draft->roles[i] != NULL; i++)
    json_array_add_string_element (roles, draft->roles[i]);
  json_object_set_array_member (parcel->topic, "roles", roles);
  json_object_set_string_member (parcel->topic, "made_by", user != NULL ? user : "");
  json_object_set_string_member (video, "file", "video.webm");
  json_object_set_int_member (video, "duration_ms", (end_us - draft->start_us) / 1000);
  json_object_set_object_member (parcel->topic, "video", video);
}

static gboolean
fill (Parcel *parcel, const NegDraft *draft, const NegTopic *topic, GError **error)
{
  g_autofree char *path = neg_draft_dup_path (draft, NEG_DRAFT_FINAL);

  return attach (parcel, open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), "video.webm", error)
         && attach_cues (parcel, draft, "captions", error) && attach_cues (parcel, draft, "chapters", error)
         && (topic == NULL
             || (attach_old (parcel, topic->texts, "text", error) && attach_old (parcel, topic->pictures, "pictures", error)));
}

static char *
dup_json (Parcel *parcel)
{
  g_autoptr (JsonObject) root = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_object_member (root, "topic", json_object_ref (parcel->topic));
  json_object_set_array_member (root, "attachments", json_array_ref (parcel->attachments));
  json_node_set_object (node, root);
  return json_to_string (node, FALSE);
}

static void
posted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);
  gint64 post;

  if (answer == NULL) {
    g_task_return_error (task, error);
    return;
  }
  g_variant_get (answer, "(x)", &post);
  g_task_return_int (task, post);
}

void
neg_draft_work_publish_async (const NegDraft *draft, const NegTopic *topic, NegNetwork *network, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (network, cancellable, callback, user_data);
  g_autoptr (GUnixFDList) files = g_unix_fd_list_new ();
  Parcel parcel = { json_object_new (), json_array_new (), files, { { { 0 } } } };
  g_autofree char *json = NULL;
  GError *error = NULL;

  g_variant_builder_init (&parcel.handles, G_VARIANT_TYPE ("ah"));
  describe (&parcel, draft, neg_network_get_user (network));
  if (fill (&parcel, draft, topic, &error)) {
    json = dup_json (&parcel);
    neg_network_call_with_files_async (network, "Post", g_variant_new ("(ssah)", "publish", json, &parcel.handles), files, -1,
                                       cancellable, posted_cb, task);
  } else {
    g_variant_builder_clear (&parcel.handles);
    g_task_return_error (task, error);
    g_object_unref (task);
  }
  json_object_unref (parcel.topic);
  json_array_unref (parcel.attachments);
}

gint64
neg_draft_work_publish_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static gboolean
has_words (GHashTable *words)
{
  for (guint i = 0; i < G_N_ELEMENTS (languages); i++) {
    const char *text = g_hash_table_lookup (words, languages[i]);

    if (text != NULL && *text != '\0')
      return TRUE;
  }
  return FALSE;
}

const char *
neg_draft_work_find_missing (const NegDraft *draft)
{
  if (!has_words (draft->title))
    return _ ("It needs a title.");
  if (!neg_library_is_id (draft->topic))
    return _ ("It needs a topic, or a title that a new one can be called after.");
  if (!has_words (draft->summary))
    return _ ("It needs a sentence that says what is shown.");
  return NULL;
}
