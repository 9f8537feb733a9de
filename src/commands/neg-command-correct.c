#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "commands/neg-command-correct-private.h"
#include "commands/neg-commands-order.h"
#include "store/neg-archive.h"

#define LISTED_MAX 1000u
#define ORDERS_MAX 10000u

typedef struct {
  char *study, *match_order, *into, *description, *reason, *initials;
  char **set, **merge, **split, **drop, **series, **objects;
  gint64 undo, diff, approve, decline;
  gboolean list, dry_run;
} Wish;

/* For programs; people read get_state(). */
static const char *const state_names[] = { "waiting", "working", "applied", "undone", "failed", "declined" };

static const char *
get_state (NegCorrectionState state)
{
  static const char *const names[] = { N_ ("waiting"), N_ ("being made"), N_ ("made"), N_ ("undone"), N_ ("failed"), N_ ("declined") };

  return _ (names[MIN (state, NEG_CORRECTION_DECLINED)]);
}

/* --- what is asked for --- */

static gboolean
usage (GError **error, const char *words)
{
  return neg_fail (error, NEG_ERROR_USAGE, NULL, "%s", words);
}

/* --- of the database --- */

static gboolean
find_study (NegDatabase *reader, const char *uid, gint64 *id, GError **error)
{
  if (!neg_archive_find_study (reader, uid, id, error))
    return FALSE;
  return *id != 0 || neg_fail (error, NEG_ERROR_NOT_FOUND, uid, _ ("the archive has no such study"));
}

/* By what `orders` calls it. */
static gboolean
find_order (NegDatabase *reader, const char *key, gint64 *id, GError **error)
{
  g_autoptr (GPtrArray) orders = neg_orders_list (reader, NEG_ORDERS_ALL, g_get_real_time (), 0, ORDERS_MAX, error);

  *id = 0;
  for (guint i = 0; orders != NULL && i < orders->len; i++) {
    const NegOrder *order = orders->pdata[i];
    g_autofree char *own = neg_command_make_order_key (order);

    if (g_strcmp0 (own, key) != 0)
      continue;
    if (*id != 0)
      return neg_fail (error, NEG_ERROR_CONFLICT, key, _ ("several orders are known by this"));
    *id = order->id;
  }
  return orders != NULL && (*id != 0 || neg_fail (error, NEG_ERROR_NOT_FOUND, key, _ ("no order is known by this")));
}

/* --- the spec --- */

static gboolean
add_values (GVariantDict *spec, char **values, GError **error)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  for (guint i = 0; values[i] != NULL; i++) {
    const char *equals = strchr (values[i], '=');
    g_autofree char *path = equals != NULL ? g_strndup (values[i], (gsize) (equals - values[i])) : NULL;

    if (path == NULL) {
      g_variant_builder_clear (&builder);
      return usage (error, _ ("--set wants KEYWORD=VALUE"));
    }
    g_variant_builder_add (&builder, "(ss)", path, equals + 1);
  }
  g_variant_dict_insert_value (spec, "values", g_variant_builder_end (&builder));
  return TRUE;
}

static gboolean
add_studies (NegDatabase *reader, GVariantDict *spec, char **uids, GError **error)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("ax"));
  for (guint i = 0; uids[i] != NULL; i++) {
    gint64 id;

    if (!find_study (reader, uids[i], &id, error)) {
      g_variant_builder_clear (&builder);
      return FALSE;
    }
    g_variant_builder_add (&builder, "x", id);
  }
  g_variant_dict_insert_value (spec, "studies", g_variant_builder_end (&builder));
  return TRUE;
}

static void
add_uids (GVariantDict *spec, const char *key, char **uids)
{
  if (uids != NULL)
    g_variant_dict_insert (spec, key, "^as", uids);
}

static gboolean
add_match (NegDatabase *reader, GVariantDict *spec, const Wish *wish, GError **error)
{
  gint64 order;

  if (!find_order (reader, wish->match_order, &order, error))
    return FALSE;
  g_variant_dict_insert (spec, "order", "x", order);
  return TRUE;
}

/* One of them; images and series without another word move. */
static const char *
choose_kind (const Wish *wish)
{
  const struct {
    gboolean is_named;
    const char *kind;
  } kinds[] = { { wish->match_order != NULL, "match" }, { wish->set != NULL, "set" },   { wish->merge != NULL, "merge" },
                { wish->split != NULL, "split" },       { wish->drop != NULL, "drop" } };
  const char *kind = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (kinds[i].is_named && kind != NULL)
      return NULL;
    if (kinds[i].is_named)
      kind = kinds[i].kind;
  }
  return kind == NULL && wish->into != NULL && (wish->objects != NULL || wish->series != NULL) ? "move" : kind;
}

static gboolean
fill_spec (NegDatabase *reader, GVariantDict *spec, const Wish *wish, GError **error)
{
  const char *kind = choose_kind (wish);

  if (kind == NULL)
    return usage (error, _ ("one of --match-order, --set, --merge, --split, --drop, or images and --into; see --help"));
  g_variant_dict_insert (spec, "kind", "s", kind);
  add_uids (spec, "series", wish->split != NULL ? wish->split : wish->series);
  add_uids (spec, "objects", wish->drop != NULL ? wish->drop : wish->objects);
  if (wish->into != NULL)
    g_variant_dict_insert (spec, "into", "s", strcmp (wish->into, "new") == 0 ? "" : wish->into);
  if (wish->description != NULL)
    g_variant_dict_insert (spec, "description", "s", wish->description);
  if (wish->dry_run)
    g_variant_dict_insert (spec, "dry-run", "b", TRUE);
  return (wish->match_order == NULL || add_match (reader, spec, wish, error))
         && (wish->set == NULL || add_values (spec, wish->set, error))
         && (wish->merge == NULL || add_studies (reader, spec, wish->merge, error));
}

static GVariant *
make_spec (NegDatabase *reader, const Wish *wish, GError **error)
{
  GVariantDict spec;
  gboolean done;

  g_variant_dict_init (&spec, NULL);
  done = fill_spec (reader, &spec, wish, error);
  if (done)
    return g_variant_ref_sink (g_variant_dict_end (&spec));
  g_variant_dict_clear (&spec);
  return NULL;
}

/* --- what became of it --- */

static void
add_json (JsonBuilder *builder, const NegCorrection *correction)
{
  json_builder_begin_object (builder);
  neg_json_add_int (builder, "correction", correction->id);
  neg_json_add_string (builder, "state", state_names[MIN (correction->state, NEG_CORRECTION_DECLINED)]);
  neg_json_add_int (builder, "objects", correction->n_objects);
  neg_json_add_int (builder, "aside", correction->n_aside);
  neg_json_add_string (builder, "message", correction->message);
  neg_json_add_string (builder, "user", correction->user);
  neg_json_add_string (builder, "reason", correction->reason);
  neg_json_add_string (builder, "looked_by", correction->looked_by);
  neg_json_add_boolean (builder, "sent", correction->is_sent);
  json_builder_end_object (builder);
}

static void
print_one (const NegCorrection *correction, gboolean json)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, correction->id);

  add_json (builder, correction);
  if (json)
    neg_json_print (builder);
  else
    g_print (_ ("correction %s: %s, %u new versions, %u put aside\n"), id,
             get_state (correction->state), correction->n_objects, correction->n_aside);
}

static void
print_dry (gboolean waits, gboolean json)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  neg_json_add_int (builder, "correction", 0);
  neg_json_add_string (builder, "state", "possible");
  neg_json_add_boolean (builder, "needs_second_look", waits);
  json_builder_end_object (builder);
  if (json)
    neg_json_print (builder);
  else
    g_print ("%s\n", waits ? _ ("this can be done, after a second look") : _ ("this can be done"));
}

/* --- asking the agent --- */

static gboolean
look (NegBusAgent *proxy, gint64 id, const char *initials, gboolean approves, GError **error)
{
  GError *failure = NULL;

  return neg_bus_agent_call_look_at_correction_sync (proxy, id, initials, approves, NULL, &failure)
         || neg_command_agent_fail (failure, error);
}

static gboolean
ask (NegBusAgent *proxy, NegDatabase *reader, const Wish *wish, gint64 *id, gboolean *waits, GError **error)
{
  g_autoptr (GVariant) spec = NULL;
  GError *failure = NULL;
  gint64 study_id;

  if (wish->study == NULL || wish->reason == NULL)
    return usage (error, _ ("--study and --reason are needed; see --help"));
  if (!find_study (reader, wish->study, &study_id, error))
    return FALSE;
  spec = make_spec (reader, wish, error);
  if (spec == NULL)
    return FALSE;
  if (!neg_bus_agent_call_correct_sync (proxy, study_id, spec, wish->reason, id, waits, NULL, &failure))
    return neg_command_agent_fail (failure, error);
  if (!*waits || *id == 0 || wish->initials == NULL)
    return TRUE;
  return look (proxy, *id, wish->initials, TRUE, error);
}

static gboolean
carry_out (NegBusAgent *proxy, NegDatabase *reader, const Wish *wish, gint64 *id, gboolean *waits, GError **error)
{
  GError *failure = NULL;

  if (wish->undo != 0) {
    *id = wish->undo;
    return neg_bus_agent_call_undo_correction_sync (proxy, *id, NULL, &failure) || neg_command_agent_fail (failure, error);
  }
  if (wish->approve != 0 || wish->decline != 0) {
    *id = wish->approve != 0 ? wish->approve : wish->decline;
    return wish->initials != NULL ? look (proxy, *id, wish->initials, wish->approve != 0, error)
                                  : usage (error, _ ("--initials are needed; see --help"));
  }
  return ask (proxy, reader, wish, id, waits, error);
}

static int
change (const NegCommandPlace *place, NegDatabase *reader, const Wish *wish, gboolean json)
{
  g_auto (NegCommandAgent) agent = { 0 };
  g_autoptr (NegCorrection) correction = NULL;
  g_autoptr (GError) error = NULL;
  gboolean waits = FALSE;
  gint64 id = 0;

  if (!neg_command_agent_open (&agent, place, &error)
      || !carry_out (neg_command_agent_get_proxy (&agent), reader, wish, &id, &waits, &error))
    return neg_command_fail ("correct", error);
  if (id == 0) {
    print_dry (waits, json);
    return NEG_EXIT_DONE;
  }
  correction = neg_corrections_find (reader, id, &error);
  if (correction == NULL)
    return neg_command_fail ("correct", error);
  print_one (correction, json);
  return NEG_EXIT_DONE;
}

/* --- listing --- */

static void
add_row (NegCommandTable *table, const NegCorrection *correction)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, correction->id);
  g_autofree char *objects = g_strdup_printf ("%u+%u", correction->n_objects, correction->n_aside);
  const char *kind = "";
  const char *const cells[] = { id, NULL, get_state (correction->state), objects,
                                correction->user, correction->reason };
  const char *row[G_N_ELEMENTS (cells)];

  g_variant_lookup (correction->spec, "kind", "&s", &kind);
  memcpy (row, cells, sizeof row);
  row[1] = kind;
  neg_command_table_add (table, row);
}

static int
list (NegDatabase *reader, const Wish *wish, gboolean json)
{
  const char *const headings[] = { _ ("Number"), _ ("Kind"), _ ("State"), _ ("Objects"), _ ("User"), C_ ("of a correction", "Reason"), NULL };
  g_autoptr (NegCommandTable) table = neg_command_table_new (headings);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) corrections = NULL;
  gint64 study_id = 0;

  if (wish->study != NULL && !find_study (reader, wish->study, &study_id, &error))
    return neg_command_fail ("correct", error);
  corrections = neg_corrections_list (reader, study_id, LISTED_MAX, &error);
  if (corrections == NULL)
    return neg_command_fail ("correct", error);
  json_builder_begin_array (builder);
  for (guint i = 0; i < corrections->len; i++) {
    add_json (builder, corrections->pdata[i]);
    add_row (table, corrections->pdata[i]);
  }
  json_builder_end_array (builder);
  if (json)
    neg_json_print (builder);
  else
    neg_command_table_print (table);
  return NEG_EXIT_DONE;
}

/* --- the command --- */

static int
run (const NegCommandPlace *place, const Wish *wish, gboolean json)
{
  g_autofree char *folder = neg_paths_dup_data_folder (place->home);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegDatabase) reader = neg_archive_open_reader (folder, &error);

  if (reader == NULL)
    return neg_command_fail ("correct", error);
  if (wish->list)
    return list (reader, wish, json);
  if (wish->diff != 0)
    return _neg_command_correct_diff (place, reader, wish->diff, json);
  return change (place, reader, wish, json);
}

static void
wish_clear (Wish *wish)
{
  char **const texts[] = { &wish->study, &wish->match_order, &wish->into, &wish->description, &wish->reason, &wish->initials };
  char ***const lists[] = { &wish->set, &wish->merge, &wish->split, &wish->drop, &wish->series, &wish->objects };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (*texts[i]);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    g_strfreev (*lists[i]);
}

int
neg_command_correct (int argc, char **argv)
{
  Wish wish = { 0 };
  const GOptionEntry entries[] = {
    { "study", 0, 0, G_OPTION_ARG_STRING, &wish.study, N_ ("the study that is corrected"), N_ ("UID") },
    { "match-order", 0, 0, G_OPTION_ARG_STRING, &wish.match_order,
      N_ ("take over patient, accession and UIDs of this order"), N_ ("ORDER") },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &wish.set, N_ ("correct a value; none: remove it; may be repeated"),
      N_ ("KEYWORD=VALUE") },
    { "merge", 0, 0, G_OPTION_ARG_STRING_ARRAY, &wish.merge, N_ ("take in this study's series; may be repeated"),
      N_ ("UID") },
    { "split", 0, 0, G_OPTION_ARG_STRING_ARRAY, &wish.split, N_ ("part this series from it; may be repeated"), N_ ("UID") },
    { "into", 0, 0, G_OPTION_ARG_STRING, &wish.into, N_ ("where it goes: a study, a series, or “new”"), N_ ("UID") },
    { "drop", 0, 0, G_OPTION_ARG_STRING_ARRAY, &wish.drop, N_ ("put this object aside; may be repeated"), N_ ("UID") },
    { "series", 0, 0, G_OPTION_ARG_STRING_ARRAY, &wish.series, N_ ("only this series; may be repeated"), N_ ("UID") },
    { "objects", 0, 0, G_OPTION_ARG_STRING_ARRAY, &wish.objects, N_ ("only this object; may be repeated"), N_ ("UID") },
    { "description", 0, 0, G_OPTION_ARG_STRING, &wish.description, N_ ("of a new study or series"), N_ ("TEXT") },
    { "reason", 0, 0, G_OPTION_ARG_STRING, &wish.reason, N_ ("why; it is written into the objects"), N_ ("TEXT") },
    { "initials", 0, 0, G_OPTION_ARG_STRING, &wish.initials, N_ ("of whoever has had a second look"), N_ ("AB") },
    { "approve", 0, 0, G_OPTION_ARG_INT64, &wish.approve, N_ ("a correction that waits"), N_ ("NUMBER") },
    { "decline", 0, 0, G_OPTION_ARG_INT64, &wish.decline, N_ ("a correction that waits"), N_ ("NUMBER") },
    { "undo", 0, 0, G_OPTION_ARG_INT64, &wish.undo, N_ ("show what was received again"), N_ ("NUMBER") },
    { "diff", 0, 0, G_OPTION_ARG_INT64, &wish.diff, N_ ("what it has changed, element by element"), N_ ("NUMBER") },
    { "list", 0, 0, G_OPTION_ARG_NONE, &wish.list, N_ ("the study's corrections, or all that wait"), NULL },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &wish.dry_run, N_ ("only whether it could be done"), NULL },
    { NULL },
  };
  g_auto (NegCommandPlace) place = { 0 };
  g_auto (GStrv) words = NULL;
  gboolean json = FALSE;
  int status = NEG_EXIT_USAGE;

  if (neg_command_parse_place (&argc, &argv, entries, NULL,
                               _ ("Makes new versions of objects that came wrong. What was received stays, and is shown again when a "
                                  "correction is undone."),
                               0, &words, &json, &place))
    status = words[0] == NULL ? run (&place, &wish, json) : neg_command_usage (_ ("there is nothing to name; see --help"));
  wish_clear (&wish);
  return status;
}
