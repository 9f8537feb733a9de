#include "config.h"

#include "agent/neg-outbox-answers.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/neg-site-folder.h"
#include "agent/neg-web-place.h"
#include "base/neg-error.h"
#include "support/neg-feedback.h"

#define ANSWER_BYTES_MAX (64u << 10)
#define ANSWERS_BYTES_MAX (4u << 20)
#define SILENCE_MS 20000
#define LIMIT_S 60

/* --- the folder --- */

typedef struct {
  char *folder;
  char **uuids;
  GPtrArray *answers;
} Work;

static void
work_clear (gpointer data)
{
  Work *work = data;

  g_free (work->folder);
  g_strfreev (work->uuids);
  g_clear_pointer (&work->answers, g_ptr_array_unref);
}

static void
read_one (Work *work, const char *uuid)
{
  g_autofree char *file = g_strdup_printf ("feedback/%s.answer.json", uuid);
  gsize length;
  g_autofree char *json = neg_site_folder_read (work->folder, file, ANSWER_BYTES_MAX, &length, NULL);
  NegFeedbackAnswer *answer = json != NULL ? neg_feedback_answer_parse (json, length, NULL) : NULL;

  if (answer == NULL)
    return;
  g_free (answer->id);
  answer->id = g_strdup (uuid);
  g_ptr_array_add (work->answers, answer);
}

static gboolean
read_func (gpointer data, GError **error)
{
  Work *work = data;

  if (!neg_site_folder_check (work->folder, error))
    return FALSE;
  for (guint i = 0; work->uuids[i] != NULL; i++) {
    read_one (work, work->uuids[i]);
    neg_limited_beat ();
  }
  return TRUE;
}

GPtrArray *
_neg_outbox_answers_read (NegLimited *limited, const char *folder, const char *const *uuids, GCancellable *cancellable, GError **error)
{
  Work *work = g_atomic_rc_box_new0 (Work);
  GPtrArray *answers = NULL;

  work->folder = g_strdup (folder);
  work->uuids = g_strdupv ((char **) uuids);
  work->answers = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_feedback_answer_free);
  if (neg_limited_run (limited, read_func, work, work_clear, SILENCE_MS, cancellable, error))
    answers = g_steal_pointer (&work->answers);
  g_atomic_rc_box_release_full (work, work_clear);
  return answers;
}

/* --- the web --- */

static void
remove_others (GPtrArray *answers, const char *const *uuids)
{
  for (guint i = answers->len; i > 0; i--)
    if (!g_strv_contains (uuids, ((const NegFeedbackAnswer *) answers->pdata[i - 1])->id))
      g_ptr_array_remove_index (answers, i - 1);
}

static GPtrArray *
parse (int fd, GError **error)
{
  const off_t size = lseek (fd, 0, SEEK_END);
  g_autofree char *bytes = size >= 0 && size <= ANSWERS_BYTES_MAX ? g_try_malloc ((gsize) size + 1) : NULL;

  if (bytes != NULL && pread (fd, bytes, (gsize) size, 0) == size)
    return neg_feedback_answers_parse (bytes, (gsize) size, error);
  neg_fail (error, NEG_ERROR_UNREADABLE, "answers", "the answers cannot be read");
  return NULL;
}

static GPtrArray *
ask (NegWebPlace *place, int fd, char **etag, GError **error)
{
  g_autofree char *new_etag = NULL;
  gboolean is_same;
  GPtrArray *answers;

  if (!neg_web_place_get (place, "", *etag, ANSWERS_BYTES_MAX, LIMIT_S, fd, &new_etag, &is_same, error))
    return NULL;
  if (is_same)
    return g_ptr_array_new ();
  answers = parse (fd, error);
  if (answers != NULL) {
    g_free (*etag);
    *etag = g_steal_pointer (&new_etag);
  }
  return answers;
}

GPtrArray *
_neg_outbox_answers_ask (NegAgent *agent, const NegOutboxPlaces *places, char **etag, const char *const *uuids,
                         GCancellable *cancellable, GError **error)
{
  g_autoptr (NegWebPlace) place
      = neg_web_place_new (agent, "answers", places->answers, places->tls_ca, cancellable, error);
  const int fd = place != NULL ? memfd_create ("answers", MFD_CLOEXEC) : -1;
  GPtrArray *answers;

  if (fd < 0)
    return NULL;
  answers = ask (place, fd, etag, error);
  close (fd);
  if (answers != NULL)
    remove_others (answers, uuids);
  return answers;
}
