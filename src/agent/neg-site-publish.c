#include "config.h"

#include "agent/neg-site-publish.h"

#include <string.h>
#include <unistd.h>

#include "agent/neg-site-folder.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "learning/neg-json.h"
#include "learning/neg-library.h"

#define WHOLE "{\"format\":\"negatoscope-library\",\"version\":1,\"revision\":0,\"%s\":[%s]}"

/* --- the entry --- */

static const NegPostFile *
find_attachment (const NegPost *post, const char *name)
{
  for (guint i = 0; i < post->files->len; i++) {
    const NegPostFile *file = post->files->pdata[i];

    if (strcmp (file->name, name) == 0)
      return file;
  }
  return NULL;
}

static char *
dup_media_name (const NegPostFile *file)
{
  const char *ending = strrchr (file->name, '.');
  g_autofree char *name = g_strconcat (file->sha256, ending != NULL ? ending : "", NULL);

  return g_build_filename (NEG_PUBLISH_MEDIA, name, NULL);
}

/* "file": the attachment of that name becomes the file in the library. Its name stays beside it: the text calls pictures by it. */
static gboolean
set_file (const NegPost *post, JsonObject *object, gboolean is_video, GError **error)
{
  const NegPostFile *file;
  g_autofree char *name = NULL;
  const char *given;

  if (!neg_json_read_text (object, "file", TRUE, 120, &given, error))
    return FALSE;
  file = find_attachment (post, given);
  if (file == NULL)
    return neg_fail (error, NEG_ERROR_REFUSED, "file", "the file %s did not come along", given);
  name = dup_media_name (file);
  json_object_set_string_member (object, "name", file->name);
  json_object_set_string_member (object, "file", name);
  json_object_set_string_member (object, "sha256", file->sha256);
  if (is_video)
    json_object_set_int_member (object, "bytes", (gint64) file->bytes);
  return TRUE;
}

static gboolean
set_files (const NegPost *post, JsonObject *topic, GError **error)
{
  static const char *const lists[] = { "captions", "chapters", "text", "pictures" };
  JsonObject *video;

  if (!neg_json_read_object (topic, "video", &video, error) || (video != NULL && !set_file (post, video, TRUE, error)))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++) {
    JsonArray *files;

    if (!neg_json_read_array (topic, lists[i], NEG_OUTBOX_FILES_MAX, &files, error))
      return FALSE;
    for (guint j = 0; files != NULL && j < json_array_get_length (files); j++) {
      JsonNode *node = json_array_get_element (files, j);

      if (!JSON_NODE_HOLDS_OBJECT (node))
        return neg_fail (error, NEG_ERROR_REFUSED, lists[i], "“%s” is not a list of files", lists[i]);
      if (!set_file (post, json_node_get_object (node), FALSE, error))
        return FALSE;
    }
  }
  return TRUE;
}

/* Judged as any reader of the library will judge it. */
static gboolean
check_entry (const char *entry, gboolean is_topic, GError **error)
{
  g_autofree char *manifest = g_strdup_printf (WHOLE, is_topic ? "topics" : "announcements", entry);
  g_autoptr (NegLibrary) library = neg_library_parse (manifest, strlen (manifest), error);

  if (library == NULL)
    return FALSE;
  if (library->refused->len > 0)
    return neg_fail (error, NEG_ERROR_REFUSED, "publish", "%s", ((const NegRefusal *) library->refused->pdata[0])->why);
  return TRUE;
}

static JsonObject *
make_entry (const NegPost *post, gint64 now_us, gboolean *is_topic, GError **error)
{
  g_autoptr (JsonObject) root = neg_json_parse (post->json, strlen (post->json), NEG_OUTBOX_JSON_BYTES_MAX, error);
  g_autofree char *made = neg_json_dup_time (now_us);
  JsonObject *topic, *announcement, *entry;

  if (root == NULL || !neg_json_read_object (root, "topic", &topic, error)
      || !neg_json_read_object (root, "announcement", &announcement, error))
    return NULL;
  if ((topic == NULL) == (announcement == NULL)) {
    neg_fail (error, NEG_ERROR_REFUSED, "publish", "there is neither a topic nor an announcement, or both");
    return NULL;
  }
  *is_topic = topic != NULL;
  entry = *is_topic ? topic : announcement;
  if (*is_topic && !set_files (post, topic, error))
    return NULL;
  if (*is_topic && !json_object_has_member (topic, "made_at"))
    json_object_set_string_member (topic, "made_at", made);
  json_object_set_string_member (entry, "post", post->uuid);
  return json_object_ref (entry);
}

char *
neg_publish_make_entry (const NegPost *post, const char *data_folder, gint64 now_us, gboolean *is_topic, GError **error)
{
  g_autoptr (JsonObject) entry = make_entry (post, now_us, is_topic, error);
  g_autofree char *json = entry != NULL ? neg_json_write (entry) : NULL;

  return json != NULL && check_entry (json, *is_topic, error) ? g_steal_pointer (&json) : NULL;
}

/* --- the manifest --- */

static JsonObject *
make_manifest (void)
{
  JsonObject *manifest = json_object_new ();

  json_object_set_string_member (manifest, "format", "negatoscope-library");
  json_object_set_int_member (manifest, "version", 1);
  json_object_set_int_member (manifest, "revision", 0);
  return manifest;
}

/* One that nobody can read is not written over: somebody has to look at it. */
static JsonObject *
read_manifest (const char *folder, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (NegLibrary) library = NULL;
  gsize length;
  g_autofree char *json = neg_site_folder_read (folder, NEG_LIBRARY_MANIFEST, NEG_LIBRARY_BYTES_MAX, &length, &failure);

  if (json == NULL && g_error_matches (failure, NEG_ERROR, NEG_ERROR_NOT_FOUND))
    return neg_site_folder_check (folder, error) ? make_manifest () : NULL;
  if (json == NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return NULL;
  }
  library = neg_library_parse (json, length, &failure);
  if (library != NULL)
    return neg_json_parse (json, length, NEG_LIBRARY_BYTES_MAX, error);
  neg_fail (error, NEG_ERROR_CONFLICT, "library", "the manifest of the library cannot be used, and is not changed: %s", failure->message);
  return NULL;
}

/* Members that the parser handed out belong to an immutable tree: lists are made anew. Without the entry of @id; *old (nullable; given)
 * is that. */
static JsonArray *
copy_without (JsonObject *manifest, const char *list, const char *id, JsonObject **old)
{
  JsonNode *node = json_object_get_member (manifest, list);
  JsonArray *from = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  JsonArray *to = json_array_new ();

  *old = NULL;
  for (guint i = 0; from != NULL && i < json_array_get_length (from); i++) {
    JsonNode *element = json_array_get_element (from, i);
    JsonObject *object = JSON_NODE_HOLDS_OBJECT (element) ? json_node_get_object (element) : NULL;
    const char *name = "";

    if (object != NULL && neg_json_read_text (object, "id", FALSE, 200, &name, NULL) && strcmp (name, id) == 0) {
      g_clear_pointer (old, json_object_unref);
      *old = json_object_ref (object);
    } else
      json_array_add_element (to, json_node_copy (element));
  }
  return to;
}

static gint64
get_number (JsonObject *object, const char *name)
{
  gint64 number = 0;

  return object != NULL && neg_json_read_number (object, name, FALSE, 0, G_MAXINT32, &number, NULL) ? number : 0;
}

static JsonObject *
copy_head (JsonObject *manifest, gint64 now_us)
{
  JsonObject *copy = json_object_new ();
  g_autoptr (GList) names = json_object_get_members (manifest);
  g_autofree char *published = neg_json_dup_time (now_us);

  for (GList *l = names; l != NULL; l = l->next)
    json_object_set_member (copy, l->data, json_node_copy (json_object_get_member (manifest, l->data)));
  json_object_set_int_member (copy, "revision", get_number (manifest, "revision") + 1);
  json_object_set_string_member (copy, "published", published);
  return copy;
}

static gboolean
write_manifest (const char *folder, JsonObject *manifest, GError **error)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), manifest);
  g_autofree char *json = json_to_string (node, TRUE);

  if (strlen (json) > NEG_LIBRARY_BYTES_MAX)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, "library", "the manifest of the library would be too large");
  neg_fault_point ("publish-before-manifest");
  if (!neg_site_folder_put (folder, "", NEG_LIBRARY_MANIFEST, json, strlen (json), error))
    return FALSE;
  neg_fault_point ("publish-after-manifest");
  return TRUE;
}

static gboolean
is_posted (JsonObject *old, const NegPost *post)
{
  const char *uuid = "";

  return old != NULL && neg_json_read_text (old, "post", FALSE, 80, &uuid, NULL) && strcmp (uuid, post->uuid) == 0;
}

/* With the lock. @entry NULL: it is withdrawn. */
static gboolean
change_manifest (const char *folder, const NegPost *post, const char *list, const char *id, JsonObject *entry, gint64 now_us,
                 GError **error)
{
  g_autoptr (JsonObject) manifest = read_manifest (folder, error);
  g_autoptr (JsonObject) changed = NULL;
  g_autoptr (JsonObject) old = NULL;
  JsonArray *entries;

  if (manifest == NULL)
    return FALSE;
  entries = copy_without (manifest, list, id, &old);
  if (is_posted (old, post)) {
    json_array_unref (entries);
    return TRUE;
  }
  if (entry != NULL) {
    json_object_set_int_member (entry, "revision", get_number (old, "revision") + 1);
    json_array_add_object_element (entries, json_object_ref (entry));
  }
  changed = copy_head (manifest, now_us);
  json_object_set_array_member (changed, list, entries);
  return write_manifest (folder, changed, error);
}

static gboolean
with_lock (const char *folder, const NegPost *post, const char *list, const char *id, JsonObject *entry, gint64 now_us, GError **error)
{
  const int lock = neg_site_folder_lock (folder, error);
  gboolean is_done;

  if (lock < 0)
    return FALSE;
  is_done = change_manifest (folder, post, list, id, entry, now_us, error);
  close (lock);
  return is_done;
}

/* --- publish, withdraw --- */

static gboolean
put_files (const NegPost *post, const char *data_folder, const char *folder, GError **error)
{
  for (guint i = 0; i < post->files->len; i++) {
    const NegPostFile *file = post->files->pdata[i];
    g_autofree char *path = neg_post_dup_file_path (data_folder, post, i);
    g_autofree char *name = dup_media_name (file);

    if (!neg_site_folder_put_file (folder, NEG_PUBLISH_MEDIA, name + strlen (NEG_PUBLISH_MEDIA "/"), path, file->sha256, error))
      return FALSE;
    neg_fault_point ("publish-media");
  }
  return TRUE;
}

gboolean
neg_publish_run (const NegPost *post, const char *data_folder, const char *folder, gint64 now_us, GError **error)
{
  gboolean is_topic;
  g_autofree char *json = neg_publish_make_entry (post, data_folder, now_us, &is_topic, error);
  g_autoptr (JsonNode) node = json != NULL ? json_from_string (json, NULL) : NULL;
  const char *id;

  if (node == NULL || !neg_json_read_text (json_node_get_object (node), "id", TRUE, 80, &id, error))
    return FALSE;
  return put_files (post, data_folder, folder, error)
         && with_lock (folder, post, is_topic ? "topics" : "announcements", id, json_node_get_object (node), now_us, error);
}

static JsonObject *
read_withdraw (const char *json, const char **list, const char **id, GError **error)
{
  g_autoptr (JsonObject) root = neg_json_parse (json, strlen (json), NEG_OUTBOX_JSON_BYTES_MAX, error);
  const char *topic, *announcement;

  if (root == NULL || !neg_json_read_text (root, "topic", FALSE, 80, &topic, error)
      || !neg_json_read_text (root, "announcement", FALSE, 80, &announcement, error))
    return NULL;
  *list = *topic != '\0' ? "topics" : "announcements";
  *id = *topic != '\0' ? topic : announcement;
  if ((*topic == '\0') != (*announcement == '\0') && neg_library_is_id (*id))
    return g_steal_pointer (&root);
  neg_fail (error, NEG_ERROR_REFUSED, "withdraw", "there is no id of a topic or of an announcement");
  return NULL;
}

gboolean
neg_publish_check_withdraw (const char *json, GError **error)
{
  const char *list, *id;
  g_autoptr (JsonObject) root = read_withdraw (json, &list, &id, error);

  return root != NULL;
}

/* A topic stays, as withdrawn: one of the program itself with the same id is hidden by it. */
gboolean
neg_publish_withdraw (const NegPost *post, const char *folder, gint64 now_us, GError **error)
{
  const char *list, *id;
  g_autoptr (JsonObject) root = read_withdraw (post->json, &list, &id, error);
  g_autoptr (JsonObject) entry = NULL;

  if (root == NULL)
    return FALSE;
  if (strcmp (list, "topics") == 0) {
    entry = json_object_new ();
    json_object_set_string_member (entry, "id", id);
    json_object_set_boolean_member (entry, "withdrawn", TRUE);
    json_object_set_string_member (entry, "post", post->uuid);
  }
  return with_lock (folder, post, list, id, entry, now_us, error);
}
