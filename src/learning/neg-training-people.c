#include "config.h"

#include "learning/neg-training-report.h"

#include <string.h>

static void
person_free (gpointer data)
{
  NegTrainingPerson *person = data;

  g_free (person->person);
  g_free (person);
}

GPtrArray *
neg_training_people_new (void)
{
  return g_ptr_array_new_with_free_func (person_free);
}

void
neg_training_people_add (GPtrArray *people, const char *name, guint roles)
{
  NegTrainingPerson *person;

  for (guint i = 0; i < people->len; i++)
    if (strcmp (((NegTrainingPerson *) people->pdata[i])->person, name) == 0)
      return;
  person = g_new0 (NegTrainingPerson, 1);
  person->person = g_strdup (name);
  person->roles = roles;
  g_ptr_array_add (people, person);
}

static int
compare_people (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(NegTrainingPerson *const *) a)->person, (*(NegTrainingPerson *const *) b)->person);
}

/* Names of everybody who counts; a set. */
static gboolean
collect (const NegSite *site, GPtrArray *lines, GHashTable *names, GError **error)
{
  for (guint i = 0; i < NEG_ROLE_N; i++) {
    g_auto (GStrv) users = neg_roles_list_users (site, 1u << i, error);

    if (users == NULL)
      return FALSE;
    for (guint j = 0; users[j] != NULL; j++)
      g_hash_table_add (names, g_strdup (users[j]));
  }
  for (guint i = 0; i < lines->len; i++)
    g_hash_table_add (names, g_strdup (((const NegProgressLine *) lines->pdata[i])->person));
  g_hash_table_add (names, g_utf8_make_valid (g_get_user_name (), -1));
  return TRUE;
}

GPtrArray *
neg_training_list_people (const NegSite *site, GPtrArray *lines, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) people = neg_training_people_new ();
  GHashTableIter iter;
  gpointer name;

  if (!collect (site, lines, names, error))
    return NULL;
  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, NULL)) {
    NegTrainingPerson *person = g_new0 (NegTrainingPerson, 1);

    person->person = g_strdup (name);
    g_ptr_array_add (people, person);
    if (!neg_roles_of_user (site, name, &person->roles, error))
      return NULL;
  }
  g_ptr_array_sort (people, compare_people);
  return g_steal_pointer (&people);
}
