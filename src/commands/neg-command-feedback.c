/* feedback list, feedback export: what people of the site have told, and what was answered. */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/neg-error.h"
#include "commands/neg-commands-agent.h"
#include "model/neg-roles.h"
#include "model/neg-site.h"
#include "support/neg-feedback.h"

#define WORDS_SHOWN 60

typedef struct {
  GPtrArray *items, *refused; /* NegFeedbackItem, NegRefusal */
} Found;

static void
found_clear (Found *found)
{
  g_clear_pointer (&found->items, g_ptr_array_unref);
  g_clear_pointer (&found->refused, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Found, found_clear)

static gboolean
check_role (const NegSite *site, GError **error)
{
  guint roles;

  if (!neg_roles_of_user (site, NULL, &roles, error))
    return FALSE;
  return (roles & (NEG_ROLE_SUPERUSER | NEG_ROLE_ADMINISTRATOR)) != 0
         || neg_fail (error, NEG_ERROR_AUTH, "[roles]", "%s", _ ("feedback is read by superusers and administrators"));
}

static gboolean
find_all (const NegCommandPlace *place, Found *found, GError **error)
{
  g_autoptr (NegSite) site = neg_site_load (place->home, place->config, NULL, error);
  g_autofree char *folder = site != NULL ? neg_site_dup_value (site, "library", "folder", error) : NULL;

  if (folder == NULL || !check_role (site, error))
    return FALSE;
  if (*folder != '/')
    return neg_fail (error, NEG_ERROR_NOT_FOUND, "[library]", "%s",
                     *folder == '\0' ? _ ("the site file names no folder of a library: there is no feedback to be read")
                                     : _ ("the site's library is at an address: its feedback is where the webhook keeps it"));
  found->items = neg_feedback_list (folder, &found->refused, error);
  return found->items != NULL;
}

/* --- JSON --- */

static void
add_time (JsonBuilder *builder, const char *name, gint64 time_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autofree char *text = time_us != 0 && time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;

  neg_json_add_string (builder, name, text);
}

static void
add_answer (JsonBuilder *builder, const NegFeedbackAnswer *answer)
{
  json_builder_set_member_name (builder, "answer");
  if (answer == NULL) {
    json_builder_add_null_value (builder);
    return;
  }
  json_builder_begin_object (builder);
  neg_json_add_string (builder, "words", answer->words);
  neg_json_add_string (builder, "done", answer->done);
  neg_json_add_string (builder, "by", answer->by);
  add_time (builder, "at", answer->at_us);
  json_builder_end_object (builder);
}

static void
add_item (JsonBuilder *builder, const NegFeedbackItem *item)
{
  json_builder_begin_object (builder);
  neg_json_add_string (builder, "id", item->id);
  add_time (builder, "at", item->at_us);
  neg_json_add_string (builder, "kind", neg_feedback_kind_get_name (item->feedback.kind));
  neg_json_add_string (builder, "how_bad", neg_feedback_how_bad_get_name (item->feedback.how_bad));
  neg_json_add_string (builder, "words", item->feedback.words);
  neg_json_add_string (builder, "user", item->sender.user);
  neg_json_add_string (builder, "role", item->sender.role);
  neg_json_add_string (builder, "workstation", item->sender.workstation);
  neg_json_add_string (builder, "version", item->sender.version);
  neg_json_add_string (builder, "page", item->sender.page);
  neg_json_add_string (builder, "picture", item->picture);
  add_answer (builder, item->answer);
  json_builder_end_object (builder);
}

static void
add_refused (JsonBuilder *builder, const NegRefusal *refusal)
{
  g_autoptr (GError) error = NULL;

  neg_fail (&error, NEG_ERROR_UNREADABLE, refusal->what, "%s", refusal->why);
  json_builder_begin_object (builder);
  neg_json_add_string (builder, "id", refusal->what);
  neg_json_add_error (builder, error);
  json_builder_end_object (builder);
}

static void
print_json (const Found *found)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < found->items->len; i++)
    add_item (builder, found->items->pdata[i]);
  for (guint i = 0; i < found->refused->len; i++)
    add_refused (builder, found->refused->pdata[i]);
  json_builder_end_array (builder);
  neg_json_print (builder);
}

/* --- for people --- */

static void
add_row (NegCommandTable *table, const NegFeedbackItem *item)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (item->at_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) here = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *at = here != NULL && item->at_us != 0 ? g_date_time_format (here, "%x %H:%M") : g_strdup ("");
  g_autofree char *start = g_utf8_substring (item->feedback.words, 0, MIN (WORDS_SHOWN, g_utf8_strlen (item->feedback.words, -1)));
  const char *const cells[] = { at,
                                neg_feedback_kind_get_words (item->feedback.kind),
                                neg_feedback_how_bad_get_words (item->feedback.how_bad),
                                item->sender.user,
                                item->sender.page,
                                item->answer != NULL ? C_ ("feedback", "yes") : "",
                                start };

  neg_command_table_add (table, cells);
}

static void
print_table (const Found *found)
{
  const char *const headings[] = { _ ("Time"), _ ("Kind"), _ ("How bad"), _ ("User"), _ ("Page"), _ ("Answered"), _ ("Words"), NULL };
  g_autoptr (NegCommandTable) table = neg_command_table_new (headings);

  for (guint i = 0; i < found->items->len; i++)
    add_row (table, found->items->pdata[i]);
  neg_command_table_print (table);
}

/* One line on standard error for what could not be read; the rest was printed. */
static int
get_status (const Found *found, gboolean json)
{
  if (found->refused->len > 0 && !json)
    g_printerr (ngettext ("%u file of feedback cannot be read: %s: %s\n", "%u files of feedback cannot be read: %s: %s\n",
                          found->refused->len),
                found->refused->len, ((const NegRefusal *) found->refused->pdata[0])->what,
                ((const NegRefusal *) found->refused->pdata[0])->why);
  return found->refused->len > 0 ? NEG_EXIT_FAILED : NEG_EXIT_DONE;
}

static gboolean
write_csv (const Found *found, const char *path, GError **error)
{
  g_autofree char *csv = neg_feedback_dup_csv (found->items);

  if (path != NULL && strcmp (path, "-") != 0)
    return g_file_set_contents (path, csv, -1, error);
  g_print ("%s", csv);
  return TRUE;
}

int
neg_command_feedback (int argc, char **argv)
{
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (Found) found = { 0 };
  g_autofree char *output = NULL;
  const GOptionEntry entries[] = {
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, N_ ("write the export to a file instead"), N_ ("FILE") },
    { NULL },
  };
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  gboolean json = FALSE;
  gboolean exports;

  if (!neg_command_parse_place (&argc, &argv, entries, "list|export",
                                _ ("What people of the site have told, and what was answered: a list, or a table for a spreadsheet (CSV)."),
                                1, &words, &json, &place))
    return NEG_EXIT_USAGE;
  exports = strcmp (words[0], "export") == 0;
  if (g_strv_length (words) != 1 || (!exports && strcmp (words[0], "list") != 0) || (output != NULL && (!exports || json)))
    return neg_command_usage ("%s", _ ("it is feedback list, or feedback export with --output FILE"));
  if (!find_all (&place, &found, &error))
    return neg_command_fail ("feedback", error);
  if (json)
    print_json (&found);
  else if (exports ? !write_csv (&found, output, &error) : FALSE)
    return neg_command_fail (output != NULL ? output : "feedback", error);
  else if (!exports)
    print_table (&found);
  return get_status (&found, json);
}
