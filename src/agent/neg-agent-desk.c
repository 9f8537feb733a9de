#include "config.h"

#include "agent/neg-agent-desk-private.h"

#include <sys/resource.h>

#include "agent/neg-agent-private.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "store/neg-rejections.h"

#define LOOK_US (30 * (gint64) G_USEC_PER_SEC) /* nothing is due: whoever notes something kicks */
#define PAUSE_US 50000                        /* behind a kick: ten objects are one look */
#define AGAIN_US (30 * (gint64) G_USEC_PER_SEC) /* what failed is tried again */
#define REST_FACTOR 2                         /* a study that goes on coming is checked a third of the time at most */
#define REST_MAX_US (60 * (gint64) G_USEC_PER_SEC)
#define LISTED_MAX 1000
#define FINDINGS_MAX 1000
#define PIXELS_NICE 10

typedef enum {
  STUDY_RESTS,    /* checked lately */
  STUDY_WAITS,    /* its headers are checked, its pixels wait for their turn */
  STUDY_IS_SEEN,  /* its pixels are looked at */
} StudyState;

/* What memory holds of a study: all of it follows from the rows when it is lost. */
typedef struct {
  gint64 id; /* first: the key */
  StudyState state;
  gint64 due_us;        /* as of which its headers were checked */
  gint64 not_before_us; /* monotonic */
  GPtrArray *files;     /* NegDeskFile; of WAITS */
} Study;

/* Somebody who asked for a check. */
typedef struct {
  gint64 study_id, due_us;
  gboolean is_done;
  GError *error;
} Waiter;

struct _NegAgentDesk {
  NegAgent *agent;
  GCancellable *cancellable;
  GThread *checker, *watcher; /* of headers, of pixels */
  GMutex lock;                /* of what follows */
  GCond cond;
  NegDeskSettings settings;
  gboolean is_kicked, is_ending;
  GHashTable *studies; /* Study */
  GQueue waiting;      /* Study, borrowed: those whose pixels wait */
  GPtrArray *waiters;  /* Waiter, borrowed */
};

/* --- settings --- */

static void
dup_settings (NegAgentDesk *desk, NegDeskSettings *settings)
{
  g_mutex_lock (&desk->lock);
  *settings = desk->settings;
  neg_quality_rules_ref (settings->rules);
  g_time_zone_ref (settings->zone);
  g_mutex_unlock (&desk->lock);
}

gboolean
neg_agent_desk_check_site (const NegSite *site, GError **error)
{
  NegDeskSettings settings;
  gboolean done = _neg_desk_settings_read (site, &settings, error);

  _neg_desk_settings_clear (&settings);
  return done;
}

void
neg_agent_desk_follow_site (NegAgentDesk *desk, const NegSite *site)
{
  NegDeskSettings settings, old;

  if (desk == NULL || !_neg_desk_settings_read (site, &settings, NULL))
    return;
  g_mutex_lock (&desk->lock);
  old = desk->settings;
  desk->settings = settings;
  g_mutex_unlock (&desk->lock);
  _neg_desk_settings_clear (&old);
  neg_agent_desk_kick (desk);
}

/* --- studies in memory; with the lock held --- */

static void
study_free (gpointer data)
{
  Study *study = data;

  g_clear_pointer (&study->files, g_ptr_array_unref);
  g_free (study);
}

static Study *
enter_study (NegAgentDesk *desk, gint64 id)
{
  Study *study = g_hash_table_lookup (desk->studies, &id);

  if (study == NULL) {
    study = g_new0 (Study, 1);
    study->id = id;
    g_hash_table_insert (desk->studies, study, study);
  }
  return study;
}

/* Rests that are over are nothing to remember. */
static gboolean
is_rested (gpointer key, gpointer value, gpointer now_us)
{
  const Study *study = value;

  return study->state == STUDY_RESTS && study->not_before_us <= *(const gint64 *) now_us;
}

static gboolean
is_asked_for (const NegAgentDesk *desk, gint64 id)
{
  for (guint i = 0; i < desk->waiters->len; i++)
    if (((const Waiter *) desk->waiters->pdata[i])->study_id == id)
      return TRUE;
  return FALSE;
}

/* What was asked of the study is there, as of @due_us; or it cannot be. */
static void
tell_waiters (NegAgentDesk *desk, gint64 id, gint64 due_us, const GError *error)
{
  for (guint i = 0; i < desk->waiters->len; i++) {
    Waiter *waiter = desk->waiters->pdata[i];

    if (waiter->study_id != id || waiter->is_done || (error == NULL && due_us < waiter->due_us))
      continue;
    waiter->is_done = TRUE;
    if (error != NULL)
      waiter->error = g_error_copy (error);
  }
  g_cond_broadcast (&desk->cond);
}

/* --- the check of one study --- */

typedef struct {
  const NegDeskCase *one;
  GPtrArray *findings; /* NULL: they stay */
  GHashTable *made;     /* NULL: there is more to be found */
  gint64 looked_us;
  const char *failure;
} Note;

static gboolean
note_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Note *note = data;

  return neg_desk_set_findings (database, note->one->study_id, note->findings, note->looked_us, g_get_real_time (),
                                note->failure, error)
         && (note->made == NULL || neg_rejections_note_made (database, note->one->study_id, note->made, error));
}

/* Worst first: those that are left out are the least of them. */
static GPtrArray *
find (const NegDeskCase *one, const NegDeskSettings *settings)
{
  GPtrArray *findings = neg_quality_check (one->study, settings->rules, g_get_real_time (), settings->zone);

  if (findings->len > FINDINGS_MAX)
    g_ptr_array_set_size (findings, FINDINGS_MAX);
  return findings;
}

/* While pixels have still to be looked at it stays due: whoever starts again knows that. */
static gboolean
note_findings (NegAgentDesk *desk, NegDatabase *reader, const NegDeskCase *one, const NegDeskSettings *settings, GError **error)
{
  g_autoptr (GPtrArray) findings = find (one, settings);
  const gboolean is_all = one->files->len == 0;
  /* Counted here: of thousands it takes longer than whoever receives is to wait. */
  g_autoptr (GHashTable) made = is_all ? neg_rejections_count_made (reader, one->study_id, settings->zone, error) : NULL;
  Note note = { one, findings, made, is_all ? one->due_us : 0, "" };

  if (is_all && made == NULL)
    return FALSE;
  neg_fault_point ("desk-before-findings");
  if (!neg_archive_write (neg_agent_get_archive (desk->agent), note_cb, &note, error))
    return FALSE;
  neg_fault_point ("desk-after-findings");
  neg_agent_announce (desk->agent, one->study_uid);
  return TRUE;
}

/* With the lock held. What is looked at just now goes on: then all is looked at again. */
static void
set_files (NegAgentDesk *desk, Study *study, NegDeskCase *one)
{
  if (study->state == STUDY_IS_SEEN)
    return;
  if (study->state == STUDY_WAITS)
    g_queue_remove (&desk->waiting, study);
  g_clear_pointer (&study->files, g_ptr_array_unref);
  study->state = STUDY_RESTS;
  if (one->files->len == 0)
    return;
  study->state = STUDY_WAITS;
  study->files = g_steal_pointer (&one->files);
  g_queue_push_tail (&desk->waiting, study);
  g_cond_broadcast (&desk->cond);
}

static void
rest (NegAgentDesk *desk, NegDeskCase *one, gint64 began_us)
{
  gint64 now_us = g_get_monotonic_time ();
  gboolean is_all = one->files->len == 0;
  Study *study;

  g_mutex_lock (&desk->lock);
  study = enter_study (desk, one->study_id);
  study->due_us = one->due_us;
  study->not_before_us = now_us + MIN (REST_FACTOR * (now_us - began_us), REST_MAX_US);
  set_files (desk, study, one);
  if (is_all)
    tell_waiters (desk, one->study_id, one->due_us, NULL);
  g_mutex_unlock (&desk->lock);
}

/* It stays due, and what was found before stays. */
static void
give_up (NegAgentDesk *desk, gint64 study_id, const GError *failure)
{
  const NegDeskCase one = { .study_id = study_id };
  Note note = { .one = &one, .failure = failure->message };
  g_autoptr (GError) error = NULL;
  Study *study;

  if (!g_error_matches (failure, NEG_ERROR, NEG_ERROR_CANCELLED)
      && !neg_archive_write (neg_agent_get_archive (desk->agent), note_cb, &note, &error))
    g_message ("a check that failed could not be noted: %s", error->message);
  g_mutex_lock (&desk->lock);
  study = enter_study (desk, study_id);
  study->not_before_us = g_get_monotonic_time () + AGAIN_US;
  tell_waiters (desk, study_id, 0, failure);
  g_mutex_unlock (&desk->lock);
}

/* Nobody wants checks: then it waits for none, and may leave. */
static gboolean
leave_unchecked (NegAgentDesk *desk, NegDatabase *reader, gint64 study_id, const NegDeskSettings *settings, GError **error)
{
  NegDeskCase one = { .study_id = study_id };
  g_autoptr (GHashTable) made = neg_rejections_count_made (reader, study_id, settings->zone, error);
  Note note = { .one = &one, .made = made, .failure = "" };

  if (made == NULL || !neg_desk_get_due (reader, study_id, &one.due_us, error))
    return FALSE;
  note.looked_us = one.due_us;
  if (!neg_archive_write (neg_agent_get_archive (desk->agent), note_cb, &note, error))
    return FALSE;
  neg_agent_announce (desk->agent, NULL);
  return TRUE;
}

static void
check_study (NegAgentDesk *desk, NegDatabase *reader, gint64 study_id, const NegDeskSettings *settings)
{
  gint64 began_us = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NegDeskCase) one = NULL;

  if (!settings->is_on && leave_unchecked (desk, reader, study_id, settings, &error))
    return;
  if (settings->is_on)
    one = _neg_desk_gather (desk->agent, reader, study_id, settings->rules, desk->cancellable, &error);
  if (one != NULL && note_findings (desk, reader, one, settings, &error))
    rest (desk, one, began_us);
  else
    give_up (desk, study_id, error);
}

/* --- what is due --- */

/* *wait_us is shortened where it only rests. While its pixels are looked at, only what has changed is a reason. */
static gboolean
is_ready (NegAgentDesk *desk, NegDatabase *reader, gint64 id, gint64 *wait_us)
{
  gint64 now_us = g_get_monotonic_time (), due_us = 0;
  const Study *study;
  gboolean is_ready;

  if (!neg_desk_get_due (reader, id, &due_us, NULL))
    return FALSE;
  g_mutex_lock (&desk->lock);
  if (due_us == 0)
    tell_waiters (desk, id, G_MAXINT64, NULL); /* somebody was quicker */
  study = g_hash_table_lookup (desk->studies, &id);
  is_ready = due_us > 0 && (study == NULL || study->state == STUDY_RESTS || study->due_us != due_us);
  if (is_ready && study != NULL && study->not_before_us > now_us && !is_asked_for (desk, id)) {
    is_ready = FALSE;
    *wait_us = MIN (*wait_us, study->not_before_us - now_us);
  }
  g_mutex_unlock (&desk->lock);
  return is_ready;
}

/* Somebody waits for it; 0: nobody. */
static gint64
find_asked (NegAgentDesk *desk, NegDatabase *reader, gint64 *wait_us)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  g_mutex_lock (&desk->lock);
  for (guint i = 0; i < desk->waiters->len; i++)
    if (!((const Waiter *) desk->waiters->pdata[i])->is_done)
      g_array_append_val (ids, ((const Waiter *) desk->waiters->pdata[i])->study_id);
  g_mutex_unlock (&desk->lock);
  for (guint i = 0; i < ids->len; i++)
    if (is_ready (desk, reader, g_array_index (ids, gint64, i), wait_us))
      return g_array_index (ids, gint64, i);
  return 0;
}

/* 0: none that is quiet. *wait_us: until one may be. */
static gint64
find_due (NegAgentDesk *desk, NegDatabase *reader, gint64 quiet_us, gint64 *wait_us)
{
  gint64 now_us = g_get_real_time (), next_us = 0;
  g_autoptr (GArray) ids = NULL;
  guint n_known;

  g_mutex_lock (&desk->lock);
  n_known = g_hash_table_size (desk->studies);
  g_mutex_unlock (&desk->lock);
  ids = neg_desk_list_due (reader, now_us - quiet_us, LISTED_MAX + n_known, NULL);
  for (guint i = 0; ids != NULL && i < ids->len; i++)
    if (is_ready (desk, reader, g_array_index (ids, gint64, i), wait_us))
      return g_array_index (ids, gint64, i);
  if (neg_desk_get_next_due (reader, now_us - quiet_us, &next_us, NULL) && next_us > 0)
    *wait_us = MIN (*wait_us, MAX (next_us + quiet_us - now_us, 1));
  return 0;
}

static void
forget_rested (NegAgentDesk *desk)
{
  gint64 now_us = g_get_monotonic_time ();

  g_mutex_lock (&desk->lock);
  g_hash_table_foreach_remove (desk->studies, is_rested, &now_us);
  g_mutex_unlock (&desk->lock);
}

/* One study, if one is due; how long to wait then, if nobody kicks. */
static gint64
look (NegAgentDesk *desk, NegDatabase *reader)
{
  gint64 wait_us = LOOK_US, id;
  NegDeskSettings settings;

  dup_settings (desk, &settings);
  forget_rested (desk);
  id = find_asked (desk, reader, &wait_us);
  if (id == 0)
    id = find_due (desk, reader, settings.quiet_us, &wait_us);
  if (id != 0) {
    check_study (desk, reader, id, &settings);
    wait_us = 0;
  }
  _neg_desk_settings_clear (&settings);
  return wait_us;
}

/* FALSE: the end. */
static gboolean
await_kick (NegAgentDesk *desk, gint64 wait_us)
{
  gint64 now_us = g_get_monotonic_time ();
  gboolean goes_on;

  g_mutex_lock (&desk->lock);
  while (wait_us > 0 && !desk->is_ending && !desk->is_kicked
         && g_cond_wait_until (&desk->cond, &desk->lock, now_us + wait_us))
    ;
  if (desk->is_kicked)
    while (!desk->is_ending && g_cond_wait_until (&desk->cond, &desk->lock, now_us + PAUSE_US))
      ;
  desk->is_kicked = FALSE;
  goes_on = !desk->is_ending;
  g_mutex_unlock (&desk->lock);
  return goes_on;
}

static gpointer
check (gpointer data)
{
  NegAgentDesk *desk = data;
  g_autoptr (NegDatabase) reader = NULL;
  gint64 wait_us;

  do {
    wait_us = LOOK_US;
    if (reader == NULL)
      reader = neg_agent_open_reader (desk->agent, NULL);
    if (reader != NULL)
      wait_us = look (desk, reader);
  } while (await_kick (desk, wait_us));
  return NULL;
}

/* --- pixels --- */

/* NULL: the end. Nobody else touches its files. */
static Study *
await_study (NegAgentDesk *desk)
{
  Study *study = NULL;

  g_mutex_lock (&desk->lock);
  while (!desk->is_ending && g_queue_is_empty (&desk->waiting))
    g_cond_wait (&desk->cond, &desk->lock);
  if (!desk->is_ending) {
    study = g_queue_pop_head (&desk->waiting);
    study->state = STUDY_IS_SEEN;
  }
  g_mutex_unlock (&desk->lock);
  return study;
}

/* The checker puts all together. When something could not be noted, that is later. */
static void
end_study (NegAgentDesk *desk, Study *study, const GError *error)
{
  g_mutex_lock (&desk->lock);
  g_clear_pointer (&study->files, g_ptr_array_unref);
  study->state = STUDY_RESTS;
  study->not_before_us = error == NULL ? 0 : g_get_monotonic_time () + AGAIN_US;
  if (error != NULL)
    tell_waiters (desk, study->id, 0, error);
  desk->is_kicked = TRUE;
  g_cond_broadcast (&desk->cond);
  g_mutex_unlock (&desk->lock);
}

static gpointer
watch (gpointer data)
{
  NegAgentDesk *desk = data;
  Study *study;

  (void) !setpriority (PRIO_PROCESS, 0, PIXELS_NICE); /* of Linux's threads each has its own */
  while ((study = await_study (desk)) != NULL) {
    g_autoptr (GError) error = NULL;

    for (guint i = 0; error == NULL && i < study->files->len; i++)
      _neg_desk_look_at_pixels (desk->agent, study->files->pdata[i], desk->cancellable, &error);
    end_study (desk, study, error);
  }
  return NULL;
}

/* --- the desk --- */

void
neg_agent_desk_kick (NegAgentDesk *desk)
{
  if (desk == NULL) /* while the agent starts or ends */
    return;
  g_mutex_lock (&desk->lock);
  /* Each object that is received is a kick. */
  if (!desk->is_kicked) {
    desk->is_kicked = TRUE;
    g_cond_broadcast (&desk->cond);
  }
  g_mutex_unlock (&desk->lock);
}

NegAgentDesk *
neg_agent_desk_new (NegAgent *agent, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  NegAgentDesk *desk;
  NegDeskSettings settings;

  if (!_neg_desk_settings_read (site, &settings, error))
    return NULL;
  desk = g_new0 (NegAgentDesk, 1);
  desk->agent = agent;
  desk->settings = settings;
  desk->cancellable = g_cancellable_new ();
  desk->studies = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, study_free);
  desk->waiters = g_ptr_array_new ();
  g_queue_init (&desk->waiting);
  g_mutex_init (&desk->lock);
  g_cond_init (&desk->cond);
  return desk;
}

void
neg_agent_desk_start (NegAgentDesk *desk)
{
  desk->checker = g_thread_new ("desk", check, desk);
  desk->watcher = g_thread_new ("desk-pixels", watch, desk);
}

static void
stop (NegAgentDesk *desk)
{
  g_mutex_lock (&desk->lock);
  desk->is_ending = TRUE;
  g_cond_broadcast (&desk->cond);
  g_mutex_unlock (&desk->lock);
  g_cancellable_cancel (desk->cancellable);
  if (desk->checker != NULL)
    g_thread_join (desk->checker);
  if (desk->watcher != NULL)
    g_thread_join (desk->watcher);
}

void
neg_agent_desk_free (NegAgentDesk *desk)
{
  if (desk == NULL)
    return;
  stop (desk);
  g_queue_clear (&desk->waiting);
  g_hash_table_unref (desk->studies);
  g_ptr_array_unref (desk->waiters);
  g_object_unref (desk->cancellable);
  _neg_desk_settings_clear (&desk->settings);
  g_mutex_clear (&desk->lock);
  g_cond_clear (&desk->cond);
  g_free (desk);
}

/* --- who asks for a check --- */

static gboolean
note_due_cb (NegDatabase *database, gpointer data, GError **error)
{
  Waiter *waiter = data;

  return neg_desk_note_due (database, waiter->study_id, g_get_real_time (), &waiter->due_us, error);
}

static void
wake (GCancellable *cancellable, gpointer user_data)
{
  neg_agent_desk_kick (user_data);
}

static gboolean
await_check (NegAgentDesk *desk, Waiter *waiter, GCancellable *cancellable, GError **error)
{
  gulong handler = g_cancellable_connect (cancellable, G_CALLBACK (wake), desk, NULL);

  g_mutex_lock (&desk->lock);
  g_ptr_array_add (desk->waiters, waiter);
  desk->is_kicked = TRUE;
  g_cond_broadcast (&desk->cond);
  while (!waiter->is_done && !desk->is_ending && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&desk->cond, &desk->lock);
  g_ptr_array_remove_fast (desk->waiters, waiter);
  g_mutex_unlock (&desk->lock);
  g_cancellable_disconnect (cancellable, handler);
  if (waiter->error != NULL) {
    g_propagate_error (error, waiter->error);
    return FALSE;
  }
  return waiter->is_done || neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
}

gboolean
neg_agent_desk_check_now (NegAgentDesk *desk, gint64 study_id, GCancellable *cancellable, guint *n_findings, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (desk->agent, error);
  g_autoptr (GPtrArray) findings = NULL;
  Waiter waiter = { .study_id = study_id };
  NegDeskSettings settings;
  gboolean is_on;

  dup_settings (desk, &settings);
  is_on = settings.is_on;
  _neg_desk_settings_clear (&settings);
  if (!is_on)
    return neg_fail (error, NEG_ERROR_REFUSED, NULL, "the site file has switched the checks off: [quality] checks=false");
  if (reader == NULL || !neg_archive_write (neg_agent_get_archive (desk->agent), note_due_cb, &waiter, error)
      || !await_check (desk, &waiter, cancellable, error))
    return FALSE;
  findings = neg_desk_list_findings (reader, study_id, error);
  if (findings == NULL)
    return FALSE;
  *n_findings = findings->len;
  return TRUE;
}
