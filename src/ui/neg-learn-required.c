#include "config.h"

#include "ui/neg-learn-required.h"

typedef struct {
  char *home, *config;
  NegLearnRequiredFunc func;
  gpointer data;
} Loading;

static void
loading_free (gpointer data)
{
  Loading *loading = data;

  g_free (loading->home);
  g_free (loading->config);
  g_free (loading);
}

void
neg_learn_required_free (NegLearnRequired *required)
{
  if (required == NULL)
    return;
  g_hash_table_unref (required->days);
  g_free (required->problem);
  g_free (required);
}

static void
fill (NegLearnRequired *required, const NegSite *site, GError **error)
{
  g_autoptr (NegTrainingRules) rules = NULL;
  g_autoptr (GPtrArray) list = NULL;

  if (!neg_roles_of_user (site, NULL, &required->roles, error))
    return;
  rules = neg_training_rules_read (site, error);
  list = rules != NULL ? neg_training_list_required (rules, required->roles) : NULL;
  for (guint i = 0; list != NULL && i < list->len; i++) {
    const NegRequirement *requirement = list->pdata[i];

    g_hash_table_insert (required->days, g_strdup (requirement->topic), g_strdup (requirement->due));
  }
}

static void
load_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Loading *loading = data;
  NegLearnRequired *required = g_new0 (NegLearnRequired, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegSite) site = neg_site_load (loading->home, loading->config, NULL, &error);

  required->days = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (site != NULL)
    fill (required, site, &error);
  if (error != NULL)
    required->problem = g_strdup (error->message);
  g_task_return_pointer (task, required, (GDestroyNotify) neg_learn_required_free);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Loading *loading = g_task_get_task_data (G_TASK (result));
  NegLearnRequired *required = g_task_propagate_pointer (G_TASK (result), NULL);

  if (required != NULL)
    loading->func (required, loading->data);
}

void
neg_learn_required_load (const char *home, const char *config, GCancellable *cancellable, NegLearnRequiredFunc func, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, loaded_cb, NULL);
  Loading *loading = g_new0 (Loading, 1);

  loading->home = g_strdup (home);
  loading->config = g_strdup (config);
  loading->func = func;
  loading->data = data;
  g_task_set_task_data (task, loading, loading_free);
  g_task_set_check_cancellable (task, TRUE);
  g_task_run_in_thread (task, load_thread);
}
