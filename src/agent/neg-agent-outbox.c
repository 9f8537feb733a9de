#include "config.h"

#include "agent/neg-agent-outbox.h"

#include <string.h>

#include <glib/gstdio.h>

#include "agent/neg-limited.h"
#include "agent/neg-outbox-answers.h"
#include "agent/neg-site-folder.h"
#include "agent/neg-web-place.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "support/neg-feedback.h"

#define AT_ONCE 100
#define SILENCE_MS 25000
#define POST_LIMIT_S 30
#define NOWHERE_S 3600
#define TOLD_MAX 200 /* feedback whose answers are looked for */
#define DOUBLINGS_MAX 5
#define KEPT_US (G_GINT64_CONSTANT (30) * 86400 * G_USEC_PER_SEC)
#define LISTED_MAX 2000

/* A place that could not be reached is left alone for a while, whatever is for it. */
typedef struct {
  guint n_failures;
  gint64 until_us;
  char *why; /* nullable */
} Place;

struct _NegAgentOutbox {
  NegAgent *agent;
  GThread *thread;
  GCancellable *cancellable;
  /* The thread's own: */
  NegLimited *limited;
  Place folder, webhook;
  char *etag; /* of the answers */
  gint64 answers_us;
  GMutex lock; /* of what follows */
  GCond changed;
  guint n_wakes;
  gboolean is_closing, retries_all;
};

static void
tell (NegAgentOutbox *outbox, NegPostKind kind, gint64 id)
{
  _neg_agent_bus_emit (_neg_agent_get_bus (outbox->agent), "PostsChanged", g_variant_new ("(sx)", neg_post_kind_get_name (kind), id));
}

/* --- one place --- */

/* What a thread that may be left behind works with. */
typedef struct {
  NegPost *post;
  char *data_folder, *folder, *user;
  gint64 now_us;
} Work;

static void
work_clear (gpointer data)
{
  Work *work = data;

  neg_post_free (work->post);
  g_free (work->data_folder);
  g_free (work->folder);
  g_free (work->user);
}

static gboolean
write_func (gpointer data, GError **error)
{
  const Work *work = data;

  return _neg_outbox_write (work->post, work->data_folder, work->folder, work->user, work->now_us, error);
}

static gboolean
send_to_webhook (NegAgentOutbox *outbox, const NegOutboxPlaces *places, const Work *work, GError **error)
{
  g_autofree char *message = _neg_outbox_make_message (work->post, work->data_folder, error);
  g_autoptr (NegWebPlace) place = NULL;

  if (message == NULL)
    return FALSE;
  place = neg_web_place_new (outbox->agent, "webhook", places->webhook, places->tls_ca, outbox->cancellable, error);
  return place != NULL && neg_web_place_post (place, message, POST_LIMIT_S, error);
}

/* Of the message and not of the place: others may go on. */
static gboolean
is_of_post (const GError *error)
{
  static const NegErrorCode codes[] = { NEG_ERROR_INCONSISTENT, NEG_ERROR_CONFLICT, NEG_ERROR_BUSY, NEG_ERROR_SIZE_OVERFLOW };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, NEG_ERROR, codes[i]))
      return TRUE;
  return FALSE;
}

static gint64
back_off_us (guint every_s, guint n_failures)
{
  return ((gint64) every_s << MIN (n_failures, DOUBLINGS_MAX)) * G_USEC_PER_SEC;
}

static void
note_place (Place *place, gint64 wait_us, const GError *failure, gint64 now_us)
{
  g_clear_pointer (&place->why, g_free);
  if (failure == NULL) {
    place->n_failures = 0;
    place->until_us = 0;
    return;
  }
  place->n_failures++;
  place->until_us = now_us + wait_us;
  place->why = g_strdup (failure->message);
}

/* --- one post --- */

typedef struct {
  NegPostState state;
  guint places;
  gboolean is_tried; /* FALSE: no place was asked */
  gint64 next_us;
  char *message;
} Result;

static void
result_wait (Result *result, gint64 next_us, const char *message)
{
  if (result->next_us == 0 || next_us < result->next_us)
    result->next_us = next_us;
  g_free (result->message);
  result->message = g_strdup (message);
}

static void
try_place (NegAgentOutbox *outbox, const NegOutboxPlaces *places, Work *work, NegPostPlaces which, Result *result)
{
  const gboolean is_folder = which == NEG_POST_TO_FOLDER;
  Place *place = is_folder ? &outbox->folder : &outbox->webhook;
  g_autoptr (GError) failure = NULL;
  gboolean is_there;
  gint64 wait_us;

  if (place->until_us > work->now_us) {
    result_wait (result, place->until_us, place->why);
    return;
  }
  result->is_tried = TRUE;
  is_there = is_folder ? neg_limited_run (outbox->limited, write_func, work, work_clear, SILENCE_MS, outbox->cancellable, &failure)
                       : send_to_webhook (outbox, places, work, &failure);
  if (is_there) {
    note_place (place, 0, NULL, work->now_us);
    result->places |= which;
  } else if (is_of_post (failure)) {
    result_wait (result, work->now_us + back_off_us (places->every_s, work->post->tries), failure->message);
  } else if (!g_cancellable_is_cancelled (outbox->cancellable)) {
    /* A folder is looked for as often as the library is. */
    wait_us = back_off_us (places->every_s, is_folder ? 0 : place->n_failures);
    note_place (place, wait_us, failure, g_get_real_time ());
    result_wait (result, place->until_us, failure->message);
  }
}

static void
deliver (NegAgentOutbox *outbox, const NegOutboxPlaces *places, Work *work, Result *result)
{
  const char *why;
  const guint wanted = _neg_outbox_places_of (places, work->post->kind, &why);
  const guint lacking = wanted & ~work->post->places;

  if (wanted == 0)
    result_wait (result, work->now_us + (gint64) NOWHERE_S * G_USEC_PER_SEC, why);
  if ((lacking & NEG_POST_TO_FOLDER) != 0)
    try_place (outbox, places, work, NEG_POST_TO_FOLDER, result);
  if ((lacking & NEG_POST_TO_WEBHOOK) != 0)
    try_place (outbox, places, work, NEG_POST_TO_WEBHOOK, result);
  neg_fault_point ("outbox-delivered");
  if (wanted != 0 && (wanted & ~(work->post->places | result->places)) == 0)
    result->state = NEG_POST_DONE;
}

typedef struct {
  const NegPost *post;
  const Result *result;
} Note;

static gboolean
note_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Note *note = data;
  const Result *result = note->result;
  const NegPost *post = note->post;

  if (result->state == NEG_POST_DONE && !neg_outbox_prune (database, g_get_real_time () - KEPT_US, error))
    return FALSE;
  if (!result->is_tried && result->state != NEG_POST_DONE)
    return neg_outbox_delay (database, post->kind, post->places, result->next_us, result->message, g_get_real_time (), error);
  return neg_outbox_note (database, post->id, result->state, result->places, result->state == NEG_POST_DONE ? 0 : result->next_us,
                          result->state == NEG_POST_DONE || result->message == NULL ? "" : result->message, g_get_real_time (), error);
}

/* FALSE: nothing more is to be tried now. *for_all: what became of it is so of all that are like it, too. */
static gboolean
take_turn (NegAgentOutbox *outbox, const NegOutboxPlaces *places, Work *work, gboolean *for_all, GError **error)
{
  const NegPost *post = work->post;
  Result result = { .state = NEG_POST_WAITING };
  const Note note = { post, &result };
  gboolean is_noted;

  deliver (outbox, places, work, &result);
  *for_all = !result.is_tried && result.state != NEG_POST_DONE;
  if (g_cancellable_is_cancelled (outbox->cancellable) && result.places == 0) {
    g_free (result.message);
    return neg_fail (error, NEG_ERROR_CANCELLED, "outbox", "cancelled");
  }
  is_noted = neg_archive_write (neg_agent_get_archive (outbox->agent), note_cb, (gpointer) &note, error);
  if (is_noted && result.state == NEG_POST_DONE)
    _neg_outbox_remove_files (work->data_folder, post);
  if (is_noted)
    tell (outbox, post->kind, *for_all ? 0 : post->id);
  g_free (result.message);
  return is_noted;
}

static Work *
work_new (NegAgentOutbox *outbox, const NegOutboxPlaces *places, NegPost *post)
{
  Work *work = g_atomic_rc_box_new0 (Work);

  work->post = post;
  work->data_folder = g_strdup (neg_agent_get_data_folder (outbox->agent));
  work->folder = g_strdup (places->folder);
  work->user = g_strdup (_neg_agent_get_user (outbox->agent));
  work->now_us = g_get_real_time ();
  return work;
}

static gboolean
is_closing (NegAgentOutbox *outbox)
{
  return g_cancellable_is_cancelled (outbox->cancellable);
}

/* All that is due; *next_us: when something else is, 0: never. */
static gboolean
deliver_due (NegAgentOutbox *outbox, const NegOutboxPlaces *places, NegDatabase *reader, gint64 *next_us, GError **error)
{
  for (;;) {
    g_autoptr (GPtrArray) posts = neg_outbox_list_due (reader, g_get_real_time (), AT_ONCE, next_us, error);
    gboolean for_all = FALSE;

    if (posts == NULL)
      return FALSE;
    if (posts->len == 0 || is_closing (outbox))
      return TRUE;
    while (posts->len > 0 && !for_all && !is_closing (outbox)) {
      Work *work = work_new (outbox, places, g_ptr_array_steal_index (posts, 0));
      const gboolean goes_on = take_turn (outbox, places, work, &for_all, error);

      g_atomic_rc_box_release_full (work, work_clear);
      if (!goes_on)
        return FALSE;
    }
  }
}

/* --- answers --- */

typedef struct {
  const NegFeedbackAnswer *answer;
  char *json;
  gboolean is_new;
} Answering;

static gboolean
answer_cb (NegDatabase *database, gpointer data, GError **error)
{
  Answering *answering = data;

  return neg_outbox_answer (database, answering->answer->id, answering->json, g_get_real_time (), &answering->is_new, error);
}

/* Looked up first: what is known already costs no write. */
static gboolean
keep_answers (NegAgentOutbox *outbox, NegDatabase *reader, GPtrArray *answers, GError **error)
{
  g_autoptr (GPtrArray) posts = answers->len > 0 ? neg_outbox_list (reader, NEG_POST_FEEDBACK, G_MAXINT, error) : NULL;

  for (guint i = 0; posts != NULL && i < answers->len; i++) {
    Answering answering = { .answer = answers->pdata[i], .json = neg_feedback_answer_to_json (answers->pdata[i]) };
    gboolean is_good = TRUE;

    for (guint j = 0; j < posts->len && is_good; j++) {
      const NegPost *post = posts->pdata[j];

      if (strcmp (post->uuid, answering.answer->id) != 0 || strcmp (post->answer, answering.json) == 0)
        continue;
      is_good = neg_archive_write (neg_agent_get_archive (outbox->agent), answer_cb, &answering, error);
      if (is_good && answering.is_new)
        tell (outbox, post->kind, post->id);
    }
    g_free (answering.json);
    if (!is_good)
      return FALSE;
  }
  return answers->len == 0 || posts != NULL;
}

static gboolean
look_for_answers (NegAgentOutbox *outbox, const NegOutboxPlaces *places, NegDatabase *reader, GError **error)
{
  g_auto (GStrv) uuids = neg_outbox_list_told (reader, TOLD_MAX, error);
  g_autoptr (GPtrArray) answers = NULL;

  if (uuids == NULL)
    return FALSE;
  if (*uuids == NULL)
    return TRUE;
  if (*places->folder != '\0') {
    answers = _neg_outbox_answers_read (outbox->limited, places->folder, (const char *const *) uuids, outbox->cancellable, error);
    if (answers == NULL || !keep_answers (outbox, reader, answers, error))
      return FALSE;
  }
  g_clear_pointer (&answers, g_ptr_array_unref);
  if (*places->answers == '\0')
    return TRUE;
  answers = _neg_outbox_answers_ask (outbox->agent, places, &outbox->etag, (const char *const *) uuids, outbox->cancellable, error);
  return answers != NULL && keep_answers (outbox, reader, answers, error);
}

/* --- a round --- */

static gboolean
retry_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_outbox_retry_all (database, error);
}

/* Nothing is written where nothing waits: each start would cost a commit. */
static gboolean
retry_all (NegAgentOutbox *outbox, NegDatabase *reader, GError **error)
{
  g_autoptr (GPtrArray) due = NULL;
  gboolean is_wanted;
  gint64 next_us;

  g_mutex_lock (&outbox->lock);
  is_wanted = outbox->retries_all;
  outbox->retries_all = FALSE;
  g_mutex_unlock (&outbox->lock);
  if (!is_wanted)
    return TRUE;
  outbox->folder.until_us = outbox->webhook.until_us = outbox->answers_us = 0;
  due = neg_outbox_list_due (reader, g_get_real_time (), 1, &next_us, error);
  if (due == NULL || next_us == 0)
    return due != NULL;
  return neg_archive_write (neg_agent_get_archive (outbox->agent), retry_cb, NULL, error);
}

static gboolean
do_round (NegAgentOutbox *outbox, gint64 *next_us, guint *every_s, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (outbox->agent);
  g_auto (NegOutboxPlaces) places = { 0 };
  g_autoptr (NegDatabase) reader = NULL;
  gint64 now_us = g_get_real_time ();

  if (!_neg_outbox_places_read (&places, site, error))
    return FALSE;
  *every_s = places.every_s;
  reader = neg_agent_open_reader (outbox->agent, error);
  if (reader == NULL || !retry_all (outbox, reader, error)
      || !deliver_due (outbox, &places, reader, next_us, error))
    return FALSE;
  if (now_us < outbox->answers_us)
    return TRUE;
  outbox->answers_us = now_us + (gint64) places.every_s * G_USEC_PER_SEC;
  return is_closing (outbox) || look_for_answers (outbox, &places, reader, error);
}

static gint64
find_wait_us (const NegAgentOutbox *outbox, gint64 next_us, guint every_s)
{
  const gint64 now_us = g_get_real_time ();
  gint64 wait_us = (gint64) every_s * G_USEC_PER_SEC;

  if (next_us != 0)
    wait_us = MIN (wait_us, next_us - now_us);
  if (outbox->answers_us != 0)
    wait_us = MIN (wait_us, outbox->answers_us - now_us);
  return MAX (wait_us, G_USEC_PER_SEC / 10);
}

static gpointer
run (gpointer data)
{
  NegAgentOutbox *outbox = data;
  char *told = g_strdup ("");

  g_mutex_lock (&outbox->lock);
  while (!outbox->is_closing) {
    const guint n_wakes = outbox->n_wakes;
    g_autoptr (GError) failure = NULL;
    gint64 next_us = 0, end_us;
    guint every_s = 30;

    g_mutex_unlock (&outbox->lock);
    if (!do_round (outbox, &next_us, &every_s, &failure) && !is_closing (outbox) && strcmp (told, failure->message) != 0) {
      g_message ("what is for the site waits: %s", failure->message);
      g_free (told);
      told = g_strdup (failure->message);
    }
    g_mutex_lock (&outbox->lock);
    end_us = g_get_monotonic_time () + find_wait_us (outbox, failure == NULL ? next_us : 0, every_s);
    while (!outbox->is_closing && outbox->n_wakes == n_wakes && g_cond_wait_until (&outbox->changed, &outbox->lock, end_us))
      ;
  }
  g_mutex_unlock (&outbox->lock);
  g_free (told);
  return NULL;
}

static void
wake (NegAgentOutbox *outbox, gboolean retries_all)
{
  g_mutex_lock (&outbox->lock);
  outbox->n_wakes++;
  outbox->retries_all = outbox->retries_all || retries_all;
  g_cond_broadcast (&outbox->changed);
  g_mutex_unlock (&outbox->lock);
}

void
neg_agent_outbox_kick (NegAgentOutbox *outbox)
{
  if (outbox != NULL)
    wake (outbox, TRUE);
}

/* --- begin, end --- */

/* Files whose row was never written, or is done: a crash came between. */
static gboolean
sweep (NegAgentOutbox *outbox, GError **error)
{
  const char *data_folder = neg_agent_get_data_folder (outbox->agent);
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (outbox->agent, error);
  g_autoptr (GPtrArray) posts = reader != NULL ? neg_outbox_list (reader, -1, G_MAXINT, error) : NULL;
  g_autofree char *folder = g_build_filename (data_folder, NEG_OUTBOX_FOLDER, NULL);
  g_autoptr (GDir) dir = posts != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *name;

  for (guint i = 0; posts != NULL && i < posts->len; i++) {
    const NegPost *post = posts->pdata[i];

    for (guint j = 0; post->state != NEG_POST_DONE && j < post->files->len; j++)
      g_hash_table_add (names, g_strdup_printf ("%s.%u", post->uuid, j));
  }
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (!g_hash_table_contains (names, name))
      g_unlink (path);
  }
  return posts != NULL;
}

NegAgentOutbox *
neg_agent_outbox_new (NegAgent *agent, GError **error)
{
  NegAgentOutbox *outbox = g_new0 (NegAgentOutbox, 1);

  outbox->agent = agent;
  outbox->cancellable = g_cancellable_new ();
  outbox->limited = neg_limited_new ("folder of the library");
  outbox->etag = g_strdup ("");
  outbox->retries_all = TRUE;
  g_mutex_init (&outbox->lock);
  g_cond_init (&outbox->changed);
  neg_site_folder_set_writer (neg_agent_get_data_folder (agent));
  if (sweep (outbox, error))
    outbox->thread = g_thread_try_new ("outbox", run, outbox, error);
  if (outbox->thread != NULL)
    return outbox;
  neg_agent_outbox_free (outbox);
  return NULL;
}

void
neg_agent_outbox_free (NegAgentOutbox *outbox)
{
  if (outbox == NULL)
    return;
  g_cancellable_cancel (outbox->cancellable);
  g_mutex_lock (&outbox->lock);
  outbox->is_closing = TRUE;
  g_cond_broadcast (&outbox->changed);
  g_mutex_unlock (&outbox->lock);
  g_clear_pointer (&outbox->thread, g_thread_join);
  neg_limited_free (outbox->limited);
  g_object_unref (outbox->cancellable);
  g_mutex_clear (&outbox->lock);
  g_cond_clear (&outbox->changed);
  g_free (outbox->folder.why);
  g_free (outbox->webhook.why);
  g_free (outbox->etag);
  g_free (outbox);
}

/* --- what is asked of it --- */

static gboolean
add_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_outbox_add (database, data, error);
}

gboolean
neg_agent_outbox_post (NegAgentOutbox *outbox, NegPostKind kind, const char *json, const int *fds, guint n_fds, gint64 *id, GError **error)
{
  const char *data_folder = neg_agent_get_data_folder (outbox->agent);
  g_autoptr (NegPost) post = _neg_outbox_accept (data_folder, kind, json, fds, n_fds, error);

  if (post == NULL)
    return FALSE;
  if (!neg_archive_write (neg_agent_get_archive (outbox->agent), add_cb, post, error)) {
    _neg_outbox_remove_files (data_folder, post);
    return FALSE;
  }
  neg_fault_point ("post-kept");
  *id = post->id;
  tell (outbox, kind, post->id);
  wake (outbox, FALSE);
  return TRUE;
}

typedef struct {
  gint64 id;
  const char *action;
} Control;

static gboolean
control_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Control *control = data;

  if (strcmp (control->action, "retry") == 0)
    return neg_outbox_retry (database, control->id, 0, error);
  if (strcmp (control->action, "seen") == 0)
    return neg_outbox_set_seen (database, control->id, error);
  return neg_outbox_remove (database, control->id, error);
}

gboolean
neg_agent_outbox_control (NegAgentOutbox *outbox, gint64 id, const char *action, GError **error)
{
  static const char *const actions[] = { "retry", "discard", "seen", NULL };
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (outbox->agent, error);
  g_autoptr (NegPost) post = reader != NULL ? neg_outbox_find (reader, id, error) : NULL;
  Control control = { id, action };
  const gboolean discards = strcmp (action, "discard") == 0;

  if (post == NULL)
    return FALSE;
  if (!g_strv_contains (actions, action))
    return neg_fail (error, NEG_ERROR_USAGE, "action", "“%s” is none of retry, discard and seen", action);
  if (discards && post->state == NEG_POST_DONE)
    return neg_fail (error, NEG_ERROR_CONFLICT, "outbox", "it has been sent already");
  if (!neg_archive_write (neg_agent_get_archive (outbox->agent), control_cb, &control, error))
    return FALSE;
  if (discards)
    _neg_outbox_remove_files (neg_agent_get_data_folder (outbox->agent), post);
  tell (outbox, post->kind, id);
  wake (outbox, strcmp (action, "retry") == 0);
  return TRUE;
}

static GVariant *
describe (const NegPost *post)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "x", post->id);
  g_variant_dict_insert (&dict, "uuid", "s", post->uuid);
  g_variant_dict_insert (&dict, "kind", "s", neg_post_kind_get_name (post->kind));
  g_variant_dict_insert (&dict, "state", "s", neg_post_state_get_name (post->state));
  g_variant_dict_insert (&dict, "json", "s", post->json);
  g_variant_dict_insert (&dict, "error", "s", post->message);
  g_variant_dict_insert (&dict, "answer", "s", post->answer);
  g_variant_dict_insert (&dict, "tries", "u", post->tries);
  g_variant_dict_insert (&dict, "made-us", "x", post->made_us);
  g_variant_dict_insert (&dict, "next-us", "x", post->next_us);
  g_variant_dict_insert (&dict, "done-us", "x", post->done_us);
  g_variant_dict_insert (&dict, "answered-us", "x", post->answered_us);
  g_variant_dict_insert (&dict, "seen", "b", post->is_seen);
  return g_variant_dict_end (&dict);
}

GVariant *
neg_agent_outbox_describe (NegAgentOutbox *outbox, int kind, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (outbox->agent, error);
  g_autoptr (GPtrArray) posts = reader != NULL ? neg_outbox_list (reader, kind, LISTED_MAX, error) : NULL;
  GVariantBuilder builder;

  if (posts == NULL)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < posts->len; i++)
    g_variant_builder_add_value (&builder, describe (posts->pdata[i]));
  return g_variant_builder_end (&builder);
}
