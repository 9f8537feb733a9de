#include "config.h"

#include "agent/neg-receive-group.h"

#include "base/neg-fault.h"

/* Of one commit, whose transaction must be short, and of all that may wait for it. */
#define GROUP_MAX 32
#define WAITING_MAX 128

/* A commit costs a sync of the log and the entry of the reading list anew, however few are in it. */
#define GATHERED_MIN 8
#define GATHER_US 10000
/* Of one message to the engine that reads them again. */
#define CHECKED_TOGETHER 4

struct _NegReceiveGroup {
  NegAgent *agent;
  char *source, *issuer, *accession_issuer;
  GThread *thread;
  GMutex lock;    /* of all below */
  GCond changed;
  GQueue waiting; /* NegGrouped */
  GQueue settled; /* NegGrouped */
  guint n_under_way;
  guint n_put;         /* ever */
  guint n_unchecked;   /* that wait and of which no check has begun */
  gint64 gathering_us; /* since when; monotonic */
  gboolean is_awaited; /* somebody waits for the last of them */
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
  neg_receive_check_unref (grouped->check);
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

/* Of what is told and waits. With the lock held. */
static void
begin_check (NegReceiveGroup *group)
{
  NegIncoming *incomings[GROUP_MAX];
  NegGrouped *told[GROUP_MAX];
  g_autoptr (NegReceiveCheck) check = NULL;
  guint n = 0;

  for (GList *link = group->waiting.head; link != NULL && n < GROUP_MAX; link = link->next) {
    NegGrouped *grouped = link->data;

    if (grouped->is_told && grouped->check == NULL) {
      incomings[n] = grouped->incoming;
      told[n++] = grouped;
    }
  }
  if (n > 0)
    check = neg_receive_check_begin (group->agent, incomings, n);
  for (guint i = 0; i < n; i++) {
    told[i]->check = neg_receive_check_ref (check);
    told[i]->number = i;
  }
  group->n_unchecked -= n;
}

/* Whatever was said of a file, the record that is committed is the one that is in it. */
static void
end_check (NegGrouped *grouped)
{
  NegObjectRecord *record;

  if (!grouped->is_told)
    return;
  record = neg_receive_check_end (grouped->check, grouped->number, grouped->record, &grouped->is_lie, &grouped->error);
  if (record == NULL)
    return;
  neg_object_record_free (grouped->record);
  grouped->record = record;
}

static void
commit (NegReceiveGroup *group, GPtrArray *all)
{
  NegTaking takings[GROUP_MAX];
  NegGrouped *taken[GROUP_MAX];
  guint n = 0;

  for (guint i = 0; i < all->len; i++) {
    NegGrouped *grouped = g_ptr_array_index (all, i);

    end_check (grouped);
    if (grouped->error != NULL)
      continue;
    takings[n] = (NegTaking) {
      .incoming = grouped->incoming,
      .object = { .record = grouped->record, .bytes = grouped->bytes, .source = group->source, .issuer = group->issuer,
                  .accession_issuer = group->accession_issuer },
    };
    taken[n++] = grouped;
  }
  neg_fault_point ("receive-before-take");
  neg_archive_take_many (neg_agent_get_archive (group->agent), takings, n);
  neg_fault_point ("receive-after-take");
  for (guint i = 0; i < n; i++) {
    taken[i]->added = takings[i].added;
    taken[i]->error = takings[i].error;
  }
  announce (group, all);
}

/* With the lock held, but for the time of the commit. */
static void
commit_waiting (NegReceiveGroup *group)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  while (group->n_unchecked > 0)
    begin_check (group);
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

/* With the lock held: whether more of them may come before these are committed. */
static gboolean
gathers (NegReceiveGroup *group)
{
  return group->n_put > 1 && g_queue_get_length (&group->waiting) < GATHERED_MIN && !group->is_awaited
         && !group->is_ending;
}

static gpointer
run (gpointer data)
{
  NegReceiveGroup *group = data;

  g_mutex_lock (&group->lock);
  while (!group->is_ending || !g_queue_is_empty (&group->waiting))
    if (g_queue_is_empty (&group->waiting))
      g_cond_wait (&group->changed, &group->lock);
    else if (!gathers (group) || !g_cond_wait_until (&group->changed, &group->lock, group->gathering_us + GATHER_US))
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
neg_receive_group_put (NegReceiveGroup *group, NegIncoming *incoming, NegObjectRecord *record, guint64 bytes,
                       gboolean is_told)
{
  NegGrouped *grouped = g_new0 (NegGrouped, 1);

  grouped->incoming = incoming;
  grouped->record = record;
  grouped->bytes = bytes;
  grouped->is_told = is_told;
  g_mutex_lock (&group->lock);
  while (g_queue_get_length (&group->waiting) >= WAITING_MAX)
    g_cond_wait (&group->changed, &group->lock);
  if (g_queue_is_empty (&group->waiting))
    group->gathering_us = g_get_monotonic_time ();
  group->n_put++;
  g_queue_push_tail (&group->waiting, grouped);
  group->n_unchecked += is_told ? 1 : 0;
  if (group->n_unchecked >= CHECKED_TOGETHER)
    begin_check (group);
  if (!gathers (group) || g_queue_get_length (&group->waiting) == 1)
    g_cond_broadcast (&group->changed);
  g_mutex_unlock (&group->lock);
}

NegGrouped *
neg_receive_group_get (NegReceiveGroup *group, gboolean wait)
{
  NegGrouped *grouped;

  g_mutex_lock (&group->lock);
  group->is_awaited = wait;
  if (wait)
    g_cond_broadcast (&group->changed);
  while (wait && g_queue_is_empty (&group->settled)
         && (group->n_under_way > 0 || !g_queue_is_empty (&group->waiting)))
    g_cond_wait (&group->changed, &group->lock);
  grouped = g_queue_pop_head (&group->settled);
  g_mutex_unlock (&group->lock);
  return grouped;
}
