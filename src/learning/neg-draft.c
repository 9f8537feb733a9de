#include "config.h"

#include "learning/neg-draft.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "learning/neg-json.h"

#define FORMAT "negatoscope-draft"
#define JSON_NAME "draft.json"
#define JSON_BYTES_MAX (64 << 10)
#define TIME_MAX_US NEG_VTT_TIME_MAX_US

static gboolean
fail_errno (GError **error)
{
  int code = errno;

  return neg_fail (error, code == ENOSPC ? NEG_ERROR_DISK_FULL : NEG_ERROR_REFUSED, NULL,
                   "the draft cannot be kept: %s", g_strerror (code));
}

static NegDraft *
new_empty (const char *folder)
{
  NegDraft *draft = g_new0 (NegDraft, 1);

  draft->folder = g_strdup (folder);
  draft->id = g_path_get_basename (folder);
  draft->topic = g_strdup ("");
  draft->published = g_strdup ("");
  draft->title = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  draft->summary = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  draft->roles = g_new0 (char *, 1);
  return draft;
}

void
neg_draft_free (NegDraft *draft)
{
  if (draft == NULL)
    return;
  g_free (draft->id);
  g_free (draft->folder);
  g_free (draft->topic);
  g_free (draft->published);
  g_hash_table_unref (draft->title);
  g_hash_table_unref (draft->summary);
  g_strfreev (draft->roles);
  g_free (draft);
}

NegDraft *
neg_draft_new (const char *drafts_folder, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%d-%H%M%S");
  g_autofree char *name = g_strdup_printf ("%s-%08x", time, g_random_int ());
  g_autofree char *folder = g_build_filename (drafts_folder, name, NULL);
  g_autoptr (NegDraft) draft = NULL;

  if (g_mkdir_with_parents (drafts_folder, 0700) != 0 || g_mkdir (folder, 0700) != 0) {
    fail_errno (error);
    return NULL;
  }
  draft = new_empty (folder);
  draft->made_us = g_get_real_time ();
  draft->is_recording = TRUE;
  return neg_draft_save (draft, error) ? g_steal_pointer (&draft) : NULL;
}

/* --- draft.json --- */

static void
set_words (JsonObject *object, const char *name, GHashTable *words)
{
  JsonObject *member = json_object_new ();
  GHashTableIter iter;
  gpointer language, text;

  g_hash_table_iter_init (&iter, words);
  while (g_hash_table_iter_next (&iter, &language, &text))
    json_object_set_string_member (member, language, text);
  json_object_set_object_member (object, name, member);
}

gboolean
neg_draft_save (const NegDraft *draft, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *roles = json_array_new ();
  g_autofree char *path = neg_draft_dup_path (draft, JSON_NAME);
  g_autofree char *text = NULL;
  g_autoptr (GError) file_error = NULL;

  json_object_set_string_member (object, "format", FORMAT);
  json_object_set_int_member (object, "version", 1);
  json_object_set_string_member (object, "topic", draft->topic);
  set_words (object, "title", draft->title);
  set_words (object, "summary", draft->summary);
  for (guint i = 0; draft->roles[i] != NULL; i++)
    json_array_add_string_element (roles, draft->roles[i]);
  json_object_set_array_member (object, "roles", roles);
  json_object_set_int_member (object, "made_us", draft->made_us);
  json_object_set_int_member (object, "duration_us", draft->duration_us);
  json_object_set_int_member (object, "start_us", draft->start_us);
  json_object_set_int_member (object, "end_us", draft->end_us);
  json_object_set_int_member (object, "recording", draft->is_recording);
  json_object_set_int_member (object, "interrupted", draft->was_interrupted);
  json_object_set_string_member (object, "published", draft->published);
  text = neg_json_write (object);
  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &file_error))
    return TRUE;
  return neg_fail (error, g_error_matches (file_error, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? NEG_ERROR_DISK_FULL : NEG_ERROR_REFUSED,
                   NULL, "the draft cannot be kept");
}

static gboolean
read_words (JsonObject *object, const char *name, GHashTable *words, GError **error)
{
  g_autoptr (GList) languages = NULL;
  JsonObject *member;

  if (!neg_json_read_object (object, name, &member, error))
    return FALSE;
  if (member != NULL)
    languages = json_object_get_members (member);
  for (GList *item = languages; item != NULL; item = item->next) {
    const char *text;

    if (!neg_json_read_text (member, item->data, FALSE, NEG_DRAFT_TEXT_BYTES_MAX, &text, error))
      return FALSE;
    g_hash_table_insert (words, g_strdup (item->data), g_strdup (text));
  }
  return TRUE;
}

static gboolean
read_roles (JsonObject *object, NegDraft *draft, GError **error)
{
  g_autoptr (GStrvBuilder) roles = g_strv_builder_new ();
  JsonArray *array;

  if (!neg_json_read_array (object, "roles", 20, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);

    if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
      g_strv_builder_add (roles, json_node_get_string (node));
  }
  g_strfreev (draft->roles);
  draft->roles = g_strv_builder_end (roles);
  return TRUE;
}

static gboolean
read_numbers (JsonObject *object, NegDraft *draft, GError **error)
{
  gint64 is_recording, was_interrupted;

  if (!neg_json_read_number (object, "made_us", TRUE, 0, G_MAXINT64 / 2, &draft->made_us, error)
      || !neg_json_read_number (object, "duration_us", TRUE, 0, TIME_MAX_US, &draft->duration_us, error)
      || !neg_json_read_number (object, "start_us", TRUE, 0, TIME_MAX_US, &draft->start_us, error)
      || !neg_json_read_number (object, "end_us", TRUE, 0, TIME_MAX_US, &draft->end_us, error)
      || !neg_json_read_number (object, "recording", TRUE, 0, 1, &is_recording, error)
      || !neg_json_read_number (object, "interrupted", TRUE, 0, 1, &was_interrupted, error))
    return FALSE;
  draft->is_recording = is_recording != 0;
  draft->was_interrupted = was_interrupted != 0;
  return TRUE;
}

static gboolean
read_draft (JsonObject *object, NegDraft *draft, GError **error)
{
  const char *format, *topic, *published;

  if (!neg_json_read_text (object, "format", TRUE, 40, &format, error)
      || !neg_json_read_text (object, "topic", FALSE, 100, &topic, error)
      || !neg_json_read_text (object, "published", FALSE, 100, &published, error))
    return FALSE;
  if (!g_str_equal (format, FORMAT))
    return neg_fail (error, NEG_ERROR_UNREADABLE, "format", "this is no draft");
  g_free (draft->topic);
  draft->topic = g_strdup (topic);
  g_free (draft->published);
  draft->published = g_strdup (published);
  return read_words (object, "title", draft->title, error) && read_words (object, "summary", draft->summary, error)
         && read_roles (object, draft, error) && read_numbers (object, draft, error);
}

NegDraft *
neg_draft_load (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, JSON_NAME, NULL);
  g_autoptr (NegDraft) draft = NULL;
  g_autoptr (JsonObject) object = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL)) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "there is no draft");
    return NULL;
  }
  object = neg_json_parse (text, length, JSON_BYTES_MAX, error);
  if (object == NULL)
    return NULL;
  draft = new_empty (folder);
  return read_draft (object, draft, error) ? g_steal_pointer (&draft) : NULL;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const NegDraft *first = *(NegDraft *const *) a, *second = *(NegDraft *const *) b;

  return first->made_us < second->made_us ? 1 : first->made_us > second->made_us ? -1 : 0;
}

GPtrArray *
neg_draft_list (const char *drafts_folder)
{
  GPtrArray *drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_draft_free);
  g_autoptr (GDir) dir = g_dir_open (drafts_folder, 0, NULL);
  const char *name;

  while (dir != NULL && drafts->len < NEG_DRAFTS_MAX && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *folder = g_build_filename (drafts_folder, name, NULL);
    NegDraft *draft = neg_draft_load (folder, NULL);

    if (draft != NULL)
      g_ptr_array_add (drafts, draft);
  }
  g_ptr_array_sort (drafts, compare);
  return drafts;
}

/* draft.json last: what is removed half is still a draft that can be removed. */
gboolean
neg_draft_remove (NegDraft *draft, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (draft->folder, 0, NULL);
  g_autofree char *json = neg_draft_dup_path (draft, JSON_NAME);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = neg_draft_dup_path (draft, name);

    if (!g_str_equal (name, JSON_NAME))
      g_unlink (path);
  }
  g_unlink (json);
  return g_rmdir (draft->folder) == 0 || fail_errno (error);
}

char *
neg_draft_dup_path (const NegDraft *draft, const char *name)
{
  return g_build_filename (draft->folder, name, NULL);
}

int
neg_draft_create_take (const NegDraft *draft, GError **error)
{
  g_autofree char *path = neg_draft_dup_path (draft, NEG_DRAFT_TAKE);
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0 || flock (fd, LOCK_EX | LOCK_NB) != 0)
    fail_errno (error);
  return fd;
}

int
neg_draft_open_take (const NegDraft *draft, gboolean *is_locked)
{
  g_autofree char *path = neg_draft_dup_path (draft, NEG_DRAFT_TAKE);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  *is_locked = fd >= 0 && flock (fd, LOCK_SH | LOCK_NB) != 0;
  return fd;
}

/* --- Captions and chapters --- */

static char *
dup_cues_path (const NegDraft *draft, const char *kind, const char *language)
{
  g_autofree char *name = g_strdup_printf ("%s.%s.vtt", kind, language);

  return neg_draft_dup_path (draft, name);
}

NegVtt *
neg_draft_load_cues (const NegDraft *draft, const char *kind, const char *language, GError **error)
{
  g_autofree char *path = dup_cues_path (draft, kind, language);
  g_autofree char *text = NULL;
  gsize length;

  return g_file_get_contents (path, &text, &length, NULL) ? neg_vtt_parse (text, length, error) : neg_vtt_new ();
}

gboolean
neg_draft_save_cues (const NegDraft *draft, const char *kind, const char *language, const NegVtt *cues, GError **error)
{
  g_autofree char *path = dup_cues_path (draft, kind, language);
  g_autofree char *text = neg_vtt_to_text (cues);

  if (neg_vtt_get_n_cues (cues) == 0) {
    g_unlink (path);
    return TRUE;
  }
  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, NULL))
    return TRUE;
  return neg_fail (error, NEG_ERROR_REFUSED, NULL, "the captions cannot be kept");
}

NegVtt *
neg_draft_cut_cues (const NegDraft *draft, const NegVtt *cues)
{
  gint64 end_us = draft->end_us > 0 ? draft->end_us : draft->duration_us;
  NegVtt *cut = neg_vtt_new ();

  for (guint i = 0; i < neg_vtt_get_n_cues (cues); i++) {
    const NegVttCue *cue = neg_vtt_get_cue (cues, i);
    gint64 from_us = MAX (cue->start_us, draft->start_us) - draft->start_us;
    gint64 to_us = MIN (cue->end_us, end_us) - draft->start_us;

    if (to_us > from_us)
      neg_vtt_add (cut, from_us, to_us, cue->text);
  }
  return cut;
}

char *
neg_draft_dup_topic_id (const char *title)
{
  g_autofree char *plain = g_str_to_ascii (title, "C");
  GString *id = g_string_new (NULL);

  for (const char *at = plain; *at != '\0' && id->len < 60; at++)
    if (g_ascii_isalnum (*at))
      g_string_append_c (id, g_ascii_tolower (*at));
    else if (id->len > 0 && id->str[id->len - 1] != '-')
      g_string_append_c (id, '-');
  while (id->len > 0 && id->str[id->len - 1] == '-')
    g_string_truncate (id, id->len - 1);
  return g_string_free (id, FALSE);
}
