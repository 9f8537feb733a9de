#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "commands/neg-command-reject-private.h"
#include "store/neg-archive.h"

#define LISTED_MAX 1000u

static const struct {
  const char *name, *code;
} codes[] = { { "quality", "113001" }, { "safety", "113037" }, { "worklist", "113038" }, { "retention", "113039" } };

/* --- what is asked for --- */

/* The word, or the code itself. NULL: none of them. */
static const char *
find_code (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (strcmp (codes[i].name, text) == 0 || strcmp (codes[i].code, text) == 0)
      return codes[i].code;
  return NULL;
}

static gboolean
find_study (NegDatabase *reader, const char *uid, gint64 *id, GError **error)
{
  if (uid == NULL)
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "%s", _ ("--study is needed; see --help"));
  if (!neg_archive_find_study (reader, uid, id, error))
    return FALSE;
  return *id != 0 || neg_fail (error, NEG_ERROR_NOT_FOUND, uid, _ ("the archive has no such study"));
}

static gboolean
is_meant (const NegRejectWish *wish, const NegArchiveFile *file)
{
  if (wish->objects != NULL)
    return g_strv_contains ((const char *const *) wish->objects, file->sop_instance_uid);
  return wish->series == NULL || strcmp (wish->series, file->series_uid) == 0;
}

/* Those named, or all of the series, or of the study. Given. */
static char **
list_objects (NegDatabase *reader, const NegCommandPlace *place, const NegRejectWish *wish, gint64 study_id, GError **error)
{
  g_autofree char *data = neg_paths_dup_data_folder (place->home);
  g_autofree char *cache = neg_paths_dup_cache_folder (place->home);
  g_autoptr (GStrvBuilder) uids = g_strv_builder_new ();
  g_autoptr (GPtrArray) files = NULL;
  guint n = 0;

  if (wish->objects != NULL) /* the agent says which of them is not there */
    return g_strdupv (wish->objects);
  files = neg_archive_list_files (reader, data, cache, wish->study, study_id, NULL, error);
  if (files == NULL)
    return NULL;
  for (guint i = 0; i < files->len; i++)
    if (is_meant (wish, files->pdata[i])) {
      g_strv_builder_add (uids, ((const NegArchiveFile *) files->pdata[i])->sop_instance_uid);
      n++;
    }
  if (n > 0)
    return g_strv_builder_end (uids);
  neg_fail (error, NEG_ERROR_NOT_FOUND, wish->series != NULL ? wish->series : wish->study, "%s",
            _ ("the archive has no object of this"));
  return NULL;
}

/* --- asking the agent --- */

static gboolean
ask (NegBusAgent *proxy, NegDatabase *reader, const NegCommandPlace *place, const NegRejectWish *wish, gint64 *id,
     GError **error)
{
  const char *code = wish->code != NULL ? find_code (wish->code) : NULL;
  g_auto (GStrv) objects = NULL;
  GError *failure = NULL;
  gint64 study_id;

  if (code == NULL)
    return neg_fail (error, NEG_ERROR_USAGE, "--code", "%s", _ ("the code is quality, safety, worklist or retention"));
  if (!find_study (reader, wish->study, &study_id, error))
    return FALSE;
  objects = list_objects (reader, place, wish, study_id, error);
  if (objects == NULL)
    return FALSE;
  return neg_bus_agent_call_reject_sync (proxy, study_id, (const char *const *) objects, code,
                                         wish->reason != NULL ? wish->reason : "", wish->words != NULL ? wish->words : "",
                                         wish->repeat, id, NULL, &failure)
         || neg_command_agent_fail (failure, error);
}

static gboolean
undo (NegBusAgent *proxy, gint64 id, GError **error)
{
  GError *failure = NULL;

  return neg_bus_agent_call_undo_reject_sync (proxy, id, NULL, &failure) || neg_command_agent_fail (failure, error);
}

/* --- what there is --- */

static void
add_json (JsonBuilder *builder, const NegRejection *rejection)
{
  json_builder_begin_object (builder);
  neg_json_add_int (builder, "rejection", rejection->id);
  neg_json_add_string (builder, "note", rejection->note_sop_uid);
  neg_json_add_string (builder, "code", rejection->code);
  neg_json_add_string (builder, "reason", rejection->reason);
  neg_json_add_string (builder, "words", rejection->words);
  neg_json_add_boolean (builder, "repeat", rejection->repeat);
  neg_json_add_int (builder, "images", rejection->n_images);
  neg_json_add_string (builder, "user", rejection->user);
  neg_json_add_boolean (builder, "undone", rejection->undone_us != 0);
  json_builder_end_object (builder);
}

static void
add_row (NegCommandTable *table, const NegRejection *rejection)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, rejection->id);
  g_autofree char *images = g_strdup_printf ("%u", rejection->n_images);
  const char *const cells[]
      = { id, rejection->code, rejection->reason, images, rejection->repeat ? _ ("yes") : _ ("no"), rejection->user,
          rejection->undone_us != 0 ? _ ("undone") : _ ("holds") };

  neg_command_table_add (table, cells);
}

static int
list (NegDatabase *reader, const NegRejectWish *wish, gboolean json)
{
  const char *const headings[]
      = { _ ("Number"), _ ("Code"), C_ ("of a rejection", "Reason"), _ ("Images"), _ ("Repeat"), _ ("User"), _ ("State"), NULL };
  g_autoptr (NegCommandTable) table = neg_command_table_new (headings);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rejections = NULL;
  gint64 study_id;

  if (find_study (reader, wish->study, &study_id, &error))
    rejections = neg_rejections_list (reader, study_id, LISTED_MAX, &error);
  if (rejections == NULL)
    return neg_command_fail ("reject", error);
  json_builder_begin_array (builder);
  for (guint i = 0; i < rejections->len; i++) {
    add_json (builder, rejections->pdata[i]);
    add_row (table, rejections->pdata[i]);
  }
  json_builder_end_array (builder);
  if (json)
    neg_json_print (builder);
  else
    neg_command_table_print (table);
  return NEG_EXIT_DONE;
}

static int
change (const NegCommandPlace *place, NegDatabase *reader, const NegRejectWish *wish, gboolean json)
{
  g_auto (NegCommandAgent) agent = { 0 };
  g_autoptr (NegRejection) rejection = NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *number = NULL;
  gint64 id = wish->undo;

  if (!neg_command_agent_open (&agent, place, &error)
      || !(wish->undo != 0 ? undo (neg_command_agent_get_proxy (&agent), id, &error)
                           : ask (neg_command_agent_get_proxy (&agent), reader, place, wish, &id, &error)))
    return neg_command_fail ("reject", error);
  rejection = neg_rejections_find (reader, id, &error);
  if (rejection == NULL)
    return neg_command_fail ("reject", error);
  number = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  add_json (builder, rejection);
  if (json)
    neg_json_print (builder);
  else
    g_print (rejection->undone_us != 0 ? ngettext ("rejection %s is undone: %u image is shown again\n",
                                                   "rejection %s is undone: %u images are shown again\n", rejection->n_images)
                                       : ngettext ("rejection %s: %u image is not shown any more\n",
                                                   "rejection %s: %u images are not shown any more\n", rejection->n_images),
             number, rejection->n_images);
  return NEG_EXIT_DONE;
}

/* --- the command --- */

static int
run (const NegCommandPlace *place, const NegRejectWish *wish, gboolean json)
{
  g_autofree char *folder = neg_paths_dup_data_folder (place->home);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegDatabase) reader = neg_archive_open_reader (folder, &error);

  if (reader == NULL)
    return neg_command_fail ("reject", error);
  if (wish->report)
    return _neg_command_reject_report (place, reader, wish, json);
  return wish->list ? list (reader, wish, json) : change (place, reader, wish, json);
}

static void
wish_clear (NegRejectWish *wish)
{
  char **const texts[] = { &wish->study, &wish->series, &wish->code, &wish->reason, &wish->words,
                           &wish->from,  &wish->to,     &wish->by,   &wish->csv,    &wish->modality };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (*texts[i]);
  g_strfreev (wish->objects);
}

int
neg_command_reject (int argc, char **argv)
{
  NegRejectWish wish = { 0 };
  const GOptionEntry entries[] = {
    { "study", 0, 0, G_OPTION_ARG_STRING, &wish.study, N_ ("the study that it is about"), N_ ("UID") },
    { "series", 0, 0, G_OPTION_ARG_STRING, &wish.series, N_ ("only this series"), N_ ("UID") },
    { "objects", 0, 0, G_OPTION_ARG_STRING_ARRAY, &wish.objects, N_ ("only this object; may be repeated"), N_ ("UID") },
    { "code", 0, 0, G_OPTION_ARG_STRING, &wish.code, N_ ("quality, safety, worklist or retention"), N_ ("WORD") },
    { "reason", 0, 0, G_OPTION_ARG_STRING, &wish.reason, N_ ("one of the site's list"), N_ ("WORD") },
    { "words", 0, 0, G_OPTION_ARG_STRING, &wish.words, N_ ("more about it; it is written into the note"), N_ ("TEXT") },
    { "repeat", 0, 0, G_OPTION_ARG_NONE, &wish.repeat, N_ ("the images are to be made again"), NULL },
    { "undo", 0, 0, G_OPTION_ARG_INT64, &wish.undo, N_ ("show the images again"), N_ ("NUMBER") },
    { "list", 0, 0, G_OPTION_ARG_NONE, &wish.list, N_ ("what is rejected of the study"), NULL },
    { "report", 0, 0, G_OPTION_ARG_NONE, &wish.report, N_ ("how many were rejected beside those made"), NULL },
    { "from", 0, 0, G_OPTION_ARG_STRING, &wish.from, N_ ("the first day"), N_ ("YYYY-MM-DD") },
    { "to", 0, 0, G_OPTION_ARG_STRING, &wish.to, N_ ("the last day"), N_ ("YYYY-MM-DD") },
    { "by", 0, 0, G_OPTION_ARG_STRING, &wish.by, N_ ("technologist, station, body-part, reason, modality or day"),
      N_ ("WORD") },
    { "modality", 0, 0, G_OPTION_ARG_STRING, &wish.modality, N_ ("only this modality"), N_ ("CODE") },
    { "csv", 0, 0, G_OPTION_ARG_FILENAME, &wish.csv, N_ ("one line for each rejected image; “-” is standard output"),
      N_ ("FILE") },
    { NULL },
  };
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;
  gboolean json = FALSE;
  int status = NEG_EXIT_USAGE;

  if (neg_command_parse_place (&argc, &argv, entries, "",
                               _ ("Images that are to be seen no more: says why in a note that goes with the study."), 0,
                               &words, &json, &place)) {
    if (words[0] != NULL)
      status = neg_command_usage (_ ("“%s” is too much; see --help"), words[0]);
    else
      status = run (&place, &wish, json);
  }
  wish_clear (&wish);
  return status;
}
