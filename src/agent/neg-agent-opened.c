#include "config.h"

#include "agent/neg-agent-opened.h"

struct _NegAgentOpened {
  GMutex lock;
  GPtrArray *all; /* Open, oldest first */
};

typedef struct {
  guint caller;
  gint64 entry;
  char *patient; /* nullable */
} Open;

static void
open_free (gpointer data)
{
  Open *open = data;

  g_free (open->patient);
  g_free (open);
}

NegAgentOpened *
_neg_agent_opened_new (void)
{
  NegAgentOpened *opened = g_new0 (NegAgentOpened, 1);

  g_mutex_init (&opened->lock);
  opened->all = g_ptr_array_new_with_free_func (open_free);
  return opened;
}

void
_neg_agent_opened_free (NegAgentOpened *opened)
{
  g_ptr_array_unref (opened->all);
  g_mutex_clear (&opened->lock);
  g_free (opened);
}

void
_neg_agent_opened_add (NegAgentOpened *opened, guint caller, gint64 entry, const char *patient)
{
  Open *open = g_new0 (Open, 1);

  open->caller = caller;
  open->entry = entry;
  open->patient = g_strdup (patient);
  g_mutex_lock (&opened->lock);
  g_ptr_array_add (opened->all, open);
  g_mutex_unlock (&opened->lock);
}

void
_neg_agent_opened_remove (NegAgentOpened *opened, guint caller, gint64 entry)
{
  g_mutex_lock (&opened->lock);
  for (guint i = 0; i < opened->all->len; i++) {
    const Open *open = opened->all->pdata[i];

    if (open->caller == caller && open->entry == entry) {
      g_ptr_array_remove_index (opened->all, i);
      break;
    }
  }
  g_mutex_unlock (&opened->lock);
}

void
_neg_agent_opened_forget (NegAgentOpened *opened, guint caller)
{
  g_mutex_lock (&opened->lock);
  for (guint i = opened->all->len; i > 0; i--)
    if (((const Open *) opened->all->pdata[i - 1])->caller == caller)
      g_ptr_array_remove_index (opened->all, i - 1);
  g_mutex_unlock (&opened->lock);
}

gint64
_neg_agent_opened_find_case (NegAgentOpened *opened, guint caller, gint64 entry, const char *patient)
{
  gint64 found = 0;

  if (patient == NULL)
    return 0;
  g_mutex_lock (&opened->lock);
  for (guint i = 0; found == 0 && i < opened->all->len; i++) {
    const Open *open = opened->all->pdata[i];

    if (open->caller == caller && open->entry != entry && g_strcmp0 (open->patient, patient) == 0)
      found = open->entry;
  }
  g_mutex_unlock (&opened->lock);
  return found;
}

gboolean
_neg_agent_opened_has (NegAgentOpened *opened, gint64 entry)
{
  gboolean has = FALSE;

  g_mutex_lock (&opened->lock);
  for (guint i = 0; !has && i < opened->all->len; i++)
    has = ((const Open *) opened->all->pdata[i])->entry == entry;
  g_mutex_unlock (&opened->lock);
  return has;
}

GArray *
_neg_agent_opened_list (NegAgentOpened *opened)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (gint64));

  g_mutex_lock (&opened->lock);
  for (guint i = 0; i < opened->all->len; i++)
    g_array_append_val (entries, ((const Open *) opened->all->pdata[i])->entry);
  g_mutex_unlock (&opened->lock);
  return entries;
}
