#include "config.h"

#include "agent/neg-agent-outbox.h"

#include <string.h>

#include <glib/gi18n.h>

#include "agent/neg-library-fetch.h"
#include "agent/neg-site-folder.h"
#include "agent/neg-site-publish.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "learning/neg-json.h"
#include "learning/neg-progress-files.h"
#include "support/neg-support.h"

#define MESSAGE_BYTES_MAX (12u << 20) /* of the engine's messages, with base64 */

void
_neg_outbox_places_clear (NegOutboxPlaces *places)
{
  g_clear_pointer (&places->folder, g_free);
  g_clear_pointer (&places->webhook, g_free);
  g_clear_pointer (&places->tls_ca, g_free);
  g_clear_pointer (&places->answers, g_free);
}

gboolean
_neg_outbox_places_read (NegOutboxPlaces *places, const NegSite *site, GError **error)
{
  g_auto (NegLibrarySettings) settings = { 0 };
  g_autoptr (NegSupport) support = NULL;

  *places = (NegOutboxPlaces){ 0 };
  if (!neg_library_settings_read (&settings, site, error))
    return FALSE;
  support = neg_support_new (site, error);
  if (support == NULL)
    return FALSE;
  places->is_web_library = neg_library_settings_is_web (&settings);
  places->folder = g_strdup (places->is_web_library ? "" : settings.folder);
  places->webhook = g_strdup (support->webhook);
  places->answers = g_strdup (support->answers);
  places->tls_ca = g_strdup (support->tls_ca);
  places->every_s = settings.every_s;
  return TRUE;
}

guint
_neg_outbox_places_of (const NegOutboxPlaces *places, NegPostKind kind, const char **why)
{
  const guint folder = *places->folder != '\0' ? NEG_POST_TO_FOLDER : 0;
  const guint webhook = *places->webhook != '\0' ? NEG_POST_TO_WEBHOOK : 0;

  *why = _("The site file names neither a folder of the library nor a webhook");
  switch (kind) {
  case NEG_POST_PROGRESS:
    return folder != 0 ? folder : webhook;
  case NEG_POST_FEEDBACK:
  case NEG_POST_SUPPORT:
    return folder | webhook;
  default:
    *why = places->is_web_library ? _("The site's library is at an address from which it can only be read: publish in its folder")
                                  : _("The site file names no folder of the library");
    return folder;
  }
}

/* --- the folder --- */

static char *
dup_day (gint64 time_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) here = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return here != NULL ? g_date_time_format (here, "%Y-%m-%d") : g_strdup ("0000-00-00");
}

static gboolean
write_feedback (const NegPost *post, const char *data_folder, const char *folder, GError **error)
{
  g_autofree char *picture = g_strconcat (post->uuid, ".png", NULL);
  g_autofree char *file = g_strconcat (post->uuid, ".json", NULL);

  if (post->files->len > 0) {
    g_autofree char *path = neg_post_dup_file_path (data_folder, post, 0);

    if (!neg_site_folder_put_file (folder, "feedback", picture, path, ((const NegPostFile *) post->files->pdata[0])->sha256, error))
      return FALSE;
    neg_fault_point ("feedback-picture");
  }
  return neg_site_folder_put (folder, "feedback", file, post->json, strlen (post->json), error);
}

/* One file for each user and host: a share does not promise that two hosts append without cutting each other off. */
static char *
dup_support_name (const NegPost *post, const char *user)
{
  g_autofree char *day = dup_day (post->made_us);
  g_autofree char *who = g_strdup_printf ("%s.%s.%s", day, user, g_get_host_name ());
  g_autofree char *safe = neg_site_folder_dup_name (who);

  return g_strconcat (safe, ".jsonl", NULL);
}

gboolean
_neg_outbox_write (const NegPost *post, const char *data_folder, const char *folder, const char *user, gint64 now_us, GError **error)
{
  g_autofree char *name = NULL;

  switch (post->kind) {
  case NEG_POST_PROGRESS:
    name = neg_progress_dup_file_name (user);
    return neg_site_folder_append (folder, NEG_PROGRESS_FOLDER, name, post->json, error);
  case NEG_POST_FEEDBACK:
    return write_feedback (post, data_folder, folder, error);
  case NEG_POST_SUPPORT:
    name = dup_support_name (post, user);
    return neg_site_folder_append (folder, "support", name, post->json, error);
  case NEG_POST_PUBLISH:
    return neg_publish_run (post, data_folder, folder, now_us, error);
  default:
    return neg_publish_withdraw (post, folder, now_us, error);
  }
}

/* --- the webhook --- */

/* {"event": kind, "id": UUID, "data": what was shown to the person, "picture": base64} */
char *
_neg_outbox_make_message (const NegPost *post, const char *data_folder, GError **error)
{
  g_autoptr (JsonObject) root = json_object_new ();
  JsonNode *data = json_from_string (post->json, NULL);
  g_autofree char *json = NULL;

  json_object_set_string_member (root, "event", neg_post_kind_get_name (post->kind));
  json_object_set_string_member (root, "id", post->uuid);
  if (data != NULL)
    json_object_set_member (root, "data", data);
  if (post->files->len > 0) {
    g_autofree char *path = neg_post_dup_file_path (data_folder, post, 0);
    g_autofree char *bytes = NULL;
    g_autofree char *text = NULL;
    gsize length;

    if (!g_file_get_contents (path, &bytes, &length, NULL)) {
      neg_fail (error, NEG_ERROR_REFUSED, "attachments", "its picture is not here any more");
      return NULL;
    }
    text = g_base64_encode ((const guint8 *) bytes, length);
    json_object_set_string_member (root, "picture", text);
  }
  json = neg_json_write (root);
  if (strlen (json) <= MESSAGE_BYTES_MAX)
    return g_steal_pointer (&json);
  neg_fail (error, NEG_ERROR_REFUSED, "attachments", "it is too large for the webhook");
  return NULL;
}
