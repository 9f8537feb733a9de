#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/neg-error.h"
#include "commands/neg-commands-agent.h"

/* What both ask: one call of the agent. */
typedef struct {
  const char *study_uid; /* "" */
  gint64 entry;
  gboolean json;
} Question;

static const char *
get (GVariant *row, const char *key)
{
  const char *text = "";

  g_variant_lookup (row, key, "&s", &text);
  return text;
}

/* --- plan --- */

static void
add_json (JsonBuilder *builder, GVariant *row)
{
  static const char *const keys[] = { "study_uid", "for", "why", "rule", "state", "peer", "cause", "note" };
  gint64 entry = 0;

  g_variant_lookup (row, "entry", "x", &entry);
  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    neg_json_add_string (builder, keys[i], get (row, keys[i]));
  neg_json_add_int (builder, "entry", entry);
  json_builder_end_object (builder);
}

static void
print_plan (GVariant *plan, gboolean json)
{
  const char *const headings[] = { _ ("For"), _ ("State"), _ ("Study"), _ ("Peer"), _ ("Rule"), _ ("Why"), NULL };
  g_autoptr (NegCommandTable) table = neg_command_table_new (headings);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  GVariantIter iter;
  GVariant *row;

  json_builder_begin_array (builder);
  g_variant_iter_init (&iter, plan);
  while ((row = g_variant_iter_next_value (&iter)) != NULL) {
    const char *const cells[] = { get (row, "for"),  get (row, "state"), get (row, "study_uid"),
                                  get (row, "peer"), get (row, "rule"),  get (row, "why") };

    add_json (builder, row);
    neg_command_table_add (table, cells);
    g_variant_unref (row);
  }
  json_builder_end_array (builder);
  if (json)
    neg_json_print (builder);
  else
    neg_command_table_print (table);
}

static gboolean
show_plan (NegBusAgent *proxy, const Question *question, GError **error)
{
  g_autoptr (GVariant) plan = NULL;
  GError *failure = NULL;

  if (!neg_bus_agent_call_prefetch_plan_sync (proxy, question->study_uid, question->entry, &plan, NULL, &failure))
    return neg_command_agent_fail (failure, error);
  print_plan (plan, question->json);
  return TRUE;
}

/* --- status --- */

/* All are numbers, of whatever width. */
static gint64
get_number (GVariant *status, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (status, key, NULL);

  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    return (gint64) MIN (g_variant_get_uint64 (value), (guint64) G_MAXINT64);
  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32) ? g_variant_get_uint32 (value) : 0;
}

static const char *const numbers[] = { "bytes",   "quota", "keep-free", "objects", "studies", "hits",   "misses",
                                       "plans",   "due",   "waiting",   "running", "here",    "left",   "failed",
                                       "evicted", "saved-bytes" };

static void
print_status_json (GVariant *status)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_autofree char *key = g_strdelimit (g_strdup (numbers[i]), "-", '_');

    neg_json_add_int (builder, key, get_number (status, numbers[i]));
  }
  neg_json_add_string (builder, "why_waiting", get (status, "why-waiting"));
  json_builder_end_object (builder);
  neg_json_print (builder);
}

static void
print_status (GVariant *status)
{
  g_autofree char *bytes = g_format_size_full ((guint64) get_number (status, "bytes"), G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *quota = g_format_size_full ((guint64) get_number (status, "quota"), G_FORMAT_SIZE_IEC_UNITS);
  guint objects = (guint) get_number (status, "objects");

  g_print (ngettext ("%u object, %s of %s\n", "%u objects, %s of %s\n", objects), objects, bytes, quota);
  /* Translators: studies that were opened in the last 30 days: those that were here, those that were not */
  g_print (_ ("opened: %u were here, %u were not\n"), (guint) get_number (status, "hits"),
           (guint) get_number (status, "misses"));
  g_print (_ ("priors: %u running, %u waiting, %u here, %u left alone, %u failed\n"),
           (guint) get_number (status, "running"), (guint) get_number (status, "waiting"),
           (guint) get_number (status, "here"), (guint) get_number (status, "left"),
           (guint) get_number (status, "failed"));
  if (*get (status, "why-waiting") != '\0')
    g_print ("%s\n", get (status, "why-waiting"));
}

static gboolean
show_status (NegBusAgent *proxy, const Question *question, GError **error)
{
  g_autoptr (GVariant) status = NULL;
  GError *failure = NULL;

  if (!neg_bus_agent_call_prefetch_status_sync (proxy, &status, NULL, &failure))
    return neg_command_agent_fail (failure, error);
  if (question->json)
    print_status_json (status);
  else
    print_status (status);
  return TRUE;
}

/* --- the command --- */

typedef gboolean (*Show) (NegBusAgent *proxy, const Question *question, GError **error);

static int
show (const NegCommandPlace *place, Show func, const Question *question)
{
  g_auto (NegCommandAgent) agent = { 0 };
  g_autoptr (GError) error = NULL;

  if (neg_command_agent_open (&agent, place, &error)
      && func (neg_command_agent_get_proxy (&agent), question, &error))
    return NEG_EXIT_DONE;
  return neg_command_fail ("prefetch", error);
}

int
neg_command_prefetch (int argc, char **argv)
{
  Question question = { .study_uid = "" };
  const GOptionEntry entries[] = {
    { "entry", 0, 0, G_OPTION_ARG_INT64, &question.entry, N_ ("only for this entry of the reading list"), N_ ("NUMBER") },
    { NULL },
  };
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;

  if (!neg_command_parse_place (&argc, &argv, entries, _ ("plan [STUDY] | status"),
                                _ ("What is fetched before somebody opens a case: each prior and why, or how full the "
                                   "cache is and how well it was guessed."),
                                1, &words, &question.json, &place))
    return NEG_EXIT_USAGE;
  if (strcmp (words[0], "plan") == 0 && (words[1] == NULL || words[2] == NULL)) {
    question.study_uid = words[1] != NULL ? words[1] : "";
    return show (&place, show_plan, &question);
  }
  if (strcmp (words[0], "status") == 0 && words[1] == NULL)
    return show (&place, show_status, &question);
  return neg_command_usage (_ ("“plan”, with a study or without, or “status”; see --help"));
}
