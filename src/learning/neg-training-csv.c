#include "config.h"

#include "learning/neg-training-report.h"

#include <string.h>

typedef struct {
  GString *text;
  const NegTraining *training;
  gint64 now_us;
} Table;

/* A spreadsheet takes what begins like this for a formula, quoted or not. */
static void
add_field (GString *text, const char *field, gboolean is_last)
{
  g_string_append_c (text, '"');
  if (*field != '\0' && strchr ("=+-@\t\r", *field) != NULL)
    g_string_append_c (text, '\'');
  for (; *field != '\0'; field++) {
    if (*field == '"')
      g_string_append_c (text, '"');
    g_string_append_c (text, *field);
  }
  g_string_append (text, is_last ? "\"\r\n" : "\",");
}

static char *
dup_time (GTimeZone *zone, gint64 time_us)
{
  g_autoptr (GDateTime) utc = time_us != 0 ? g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC) : NULL;
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("");
}

static char *
dup_roles (guint roles)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < NEG_ROLE_N; i++)
    if ((roles & 1u << i) != 0)
      g_strv_builder_add (names, neg_role_get_name (1u << i));
  list = g_strv_builder_end (names);
  return g_strjoinv (" ", list);
}

static void
add_row (Table *table, const NegTrainingPerson *person, const char *topic, const NegRequirement *requirement)
{
  const NegTrainingRecord *record = neg_training_find (table->training, person->person, topic);
  g_autofree char *roles = dup_roles (person->roles);
  g_autofree char *percent = g_strdup_printf ("%d", record != NULL ? (int) (record->fraction * 100) : 0);
  g_autofree char *views = g_strdup_printf ("%u", record != NULL ? record->n_views : 0);
  g_autofree char *done = dup_time (table->training->zone, record != NULL ? record->done_us : 0);
  g_autofree char *last = dup_time (table->training->zone, record != NULL ? record->last_us : 0);
  const char *const fields[] = { person->person,
                                 roles,
                                 topic,
                                 requirement != NULL ? "yes" : "no",
                                 requirement != NULL ? requirement->due : "",
                                 neg_training_get_state (record, requirement, table->now_us),
                                 percent,
                                 views,
                                 done,
                                 last };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    add_field (table->text, fields[i], i == G_N_ELEMENTS (fields) - 1);
}

static gboolean
is_required (GPtrArray *required, const char *topic)
{
  for (guint i = 0; i < required->len; i++)
    if (strcmp (((const NegRequirement *) required->pdata[i])->topic, topic) == 0)
      return TRUE;
  return FALSE;
}

static void
add_person (Table *table, const NegTrainingRules *rules, const NegTrainingPerson *person)
{
  g_autoptr (GPtrArray) required = neg_training_list_required (rules, person->roles);

  for (guint i = 0; i < required->len; i++)
    add_row (table, person, ((const NegRequirement *) required->pdata[i])->topic, required->pdata[i]);
  for (guint i = 0; i < table->training->records->len; i++) {
    const NegTrainingRecord *record = table->training->records->pdata[i];

    if (strcmp (record->person, person->person) == 0 && !is_required (required, record->topic))
      add_row (table, person, record->topic, NULL);
  }
}

char *
neg_training_dup_csv (const NegTraining *training, const NegTrainingRules *rules, GPtrArray *people, gint64 now_us)
{
  Table table = { .text = g_string_new ("person,roles,topic,required,due,state,percent,views,done,last\r\n"),
                  .training = training,
                  .now_us = now_us };

  for (guint i = 0; i < people->len; i++)
    add_person (&table, rules, people->pdata[i]);
  return g_string_free (table.text, FALSE);
}
