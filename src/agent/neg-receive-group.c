#include "config.h"

#include "agent/neg-receive-group.h"

#include "base/neg-fault.h"

/* Of one commit, whose transaction must be short, and of all that may wait for it. */
#define GROUP_MAX 32
#define WAITING_MAX 128

struct _NegReceiveGroup {
  NegAgent *agent;
  char *source, *issuer, *accession_issuer;
  GThread *thread;
  GMutex lock;    /* of all below */
  GCond changed;
  GQueue waiting; /* NegGrouped */
  GQueue settled; /* NegGrouped */
  guint n_under_way;
  gboolean is_ending;
};

void
neg_grouped_free (NegGrouped *grouped)
{
  if (grouped == NULL)
    return;
  if (grouped->incoming != NULL)
    neg_incoming_free (grouped->incoming);
  neg_object_record_free (grouped->record);
  g_clear_error (&grouped->error);
  g_free (grouped);
}

static void
announce (NegReceiveGroup *group, GPtrArray *all)
{
  const char *last = "";

  for (guint i = 0; i < all->len; i++) {
    const NegGrouped *grouped = g_ptr_array_index (all, i);
    const char *study_uid = grouped->record->text[NEG_RECORD_STUDY_UID];

    if (grouped->error == NULL && !g_str_equal (study_uid, last))
      neg_agent_announce (group->agent, study_uid);
    last = study_uid;
  }
}

static void
commit (NegReceiveGroup *group, GPtrArray *all)
{
  NegTaking takings[GROUP_MAX];

  for (guint i = 0; i < all->len; i++) {
    const NegGrouped *grouped = g_ptr_array_index (all, i);

    takings[i] = (NegTaking) {
      .incoming = grouped->incoming,
      .object = { .record = grouped->record, .bytes = grouped->bytes, .source = group->source, .issuer = group->issuer,
                  .accession_issuer = group->accession_issuer },
    };
  }
  neg_fault_point ("receive-before-take");
  neg_archive_take_many (neg_agent_get_archive (group->agent), takings, all->len);
  neg_fault_point ("receive-after-take");
  for (guint i = 0; i < all->len; i++) {
    NegGrouped *grouped = g_ptr_array_index (all, i);

    grouped->added = takings[i].added;
    grouped->error = takings[i].error;
  }
  announce (group, all);
}

/* With the lock held, but for the time of the commit. */
static void
commit_waiting (NegReceiveGroup *group)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  while (all->len < GROUP_MAX && !g_queue_is_empty (&group->waiting))
    g_ptr_array_add (all, g_queue_pop_head (&group->waiting));
  group->n_under_way = all->len;
  g_cond_broadcast (&group->changed);
  g_mutex_unlock (&group->lock);
  commit (group, all);
  g_mutex_lock (&group->lock);
  for (guint i = 0; i < all->len; i++)
    g_queue_push_tail (&group->settled, g_ptr_array_index (all, i));
  group->n_under_way = 0;
  g_cond_broadcast (&group->changed);
}

static gpointer
run (gpointer data)
{
  NegReceiveGroup *group = data;

  g_mutex_lock (&group->lock);
  while (!group->is_ending || !g_queue_is_empty (&group->waiting))
    if (g_queue_is_empty (&group->waiting))
      g_cond_wait (&group->changed, &group->lock);
    else
      commit_waiting (group);
  g_mutex_unlock (&group->lock);
  return NULL;
}

NegReceiveGroup *
neg_receive_group_new (NegAgent *agent, const char *source, const char *issuer, const char *accession_issuer)
{
  NegReceiveGroup *group = g_new0 (NegReceiveGroup, 1);

  group->agent = agent;
  group->source = g_strdup (source);
  group->issuer = g_strdup (issuer);
  group->accession_issuer = g_strdup (accession_issuer);
  g_mutex_init (&group->lock);
  g_cond_init (&group->changed);
  g_queue_init (&group->waiting);
  g_queue_init (&group->settled);
  group->thread = g_thread_new ("group", run, group);
  return group;
}

void
neg_receive_group_free (NegReceiveGroup *group)
{
  if (group == NULL)
    return;
  g_mutex_lock (&group->lock);
  group->is_ending = TRUE;
  g_cond_broadcast (&group->changed);
  g_mutex_unlock (&group->lock);
  g_thread_join (group->thread);
  g_queue_clear_full (&group->settled, (GDestroyNotify) neg_grouped_free);
  g_cond_clear (&group->changed);
  g_mutex_clear (&group->lock);
  g_free (group->source);
  g_free (group->issuer);
  g_free (group->accession_issuer);
  g_free (group);
}

void
neg_receive_group_put (NegReceiveGroup *group, NegIncoming *incoming, NegObjectRecord *record, guint64 bytes)
{
  NegGrouped *grouped = g_new0 (NegGrouped, 1);

  grouped->incoming = incoming;
  grouped->record = record;
  grouped->bytes = bytes;
  neg_incoming_begin_sync (incoming);
  g_mutex_lock (&group->lock);
  while (g_queue_get_length (&group->waiting) >= WAITING_MAX)
    g_cond_wait (&group->changed, &group->lock);
  g_queue_push_tail (&group->waiting, grouped);
  g_cond_broadcast (&group->changed);
  g_mutex_unlock (&group->lock);
}

NegGrouped *
neg_receive_group_get (NegReceiveGroup *group, gboolean wait)
{
  NegGrouped *grouped;

  g_mutex_lock (&group->lock);
  while (wait && g_queue_is_empty (&group->settled)
         && (group->n_under_way > 0 || !g_queue_is_empty (&group->waiting)))
    g_cond_wait (&group->changed, &group->lock);
  grouped = g_queue_pop_head (&group->settled);
  g_mutex_unlock (&group->lock);
  return grouped;
}
