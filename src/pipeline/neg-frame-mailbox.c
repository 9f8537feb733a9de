#include "config.h"

#include "pipeline/neg-frame-mailbox-private.h"

#include <unistd.h>

/* How long answers may hold the main loop. */
#define DELIVERY_MAX_US 2000

struct _NegFrameMailbox {
  gatomicrefcount ref_count;
  GMainContext *context;
  NegFrameAnswerFunc func;
  gpointer owner; /* on the context only; NULL once it is gone */
  GMutex lock;    /* guards the two below */
  GQueue answers; /* NegFrameAnswer */
  gboolean delivery_pending;
};

NegFrameKey
_neg_frame_key (const NegSeriesFrame *frame)
{
  return (NegFrameKey){ neg_blob_get_id (frame->blob), frame->frame };
}

static void
answer_free (gpointer data)
{
  NegFrameAnswer *answer = data;

  g_clear_pointer (&answer->pixels, neg_pixels_unref);
  g_clear_error (&answer->error);
  g_free (answer);
}

static NegFrameMailbox *
mailbox_ref (NegFrameMailbox *mailbox)
{
  g_atomic_ref_count_inc (&mailbox->ref_count);
  return mailbox;
}

static void
mailbox_unref (NegFrameMailbox *mailbox)
{
  if (!g_atomic_ref_count_dec (&mailbox->ref_count))
    return;
  g_queue_clear_full (&mailbox->answers, answer_free);
  g_main_context_unref (mailbox->context);
  g_mutex_clear (&mailbox->lock);
  g_free (mailbox);
}

NegFrameMailbox *
_neg_frame_mailbox_new (NegFrameAnswerFunc func, gpointer owner)
{
  NegFrameMailbox *mailbox = g_new0 (NegFrameMailbox, 1);

  g_atomic_ref_count_init (&mailbox->ref_count);
  g_mutex_init (&mailbox->lock);
  g_queue_init (&mailbox->answers);
  mailbox->context = g_main_context_ref_thread_default ();
  mailbox->func = func;
  mailbox->owner = owner;
  return mailbox;
}

void
_neg_frame_mailbox_close (NegFrameMailbox *mailbox)
{
  mailbox->owner = NULL;
  mailbox_unref (mailbox);
}

GMainContext *
_neg_frame_mailbox_get_context (NegFrameMailbox *mailbox)
{
  return mailbox->context;
}

static gboolean deliver_cb (gpointer data);

static void
deliver_at (NegFrameMailbox *mailbox, int priority)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, priority);
  g_source_set_callback (source, deliver_cb, mailbox_ref (mailbox), (GDestroyNotify) mailbox_unref);
  g_source_attach (source, mailbox->context);
}

/* The oldest answer; NULL, and the next one will be delivered by itself, when there is none. */
static NegFrameAnswer *
take (NegFrameMailbox *mailbox)
{
  NegFrameAnswer *answer;

  g_mutex_lock (&mailbox->lock);
  answer = g_queue_pop_head (&mailbox->answers);
  mailbox->delivery_pending = answer != NULL;
  g_mutex_unlock (&mailbox->lock);
  return answer;
}

static gboolean
deliver_cb (gpointer data)
{
  NegFrameMailbox *mailbox = data;
  gint64 end_us = g_get_monotonic_time () + DELIVERY_MAX_US;
  NegFrameAnswer *answer;

  while (mailbox->owner != NULL && (answer = take (mailbox)) != NULL) {
    mailbox->func (mailbox->owner, answer);
    answer_free (answer);
    if (g_get_monotonic_time () >= end_us) {
      deliver_at (mailbox, NEG_FRAME_PRIORITY_LATER);
      break;
    }
  }
  if (mailbox->owner != NULL)
    mailbox->func (mailbox->owner, NULL);
  return G_SOURCE_REMOVE;
}

static void
put (NegFrameMailbox *mailbox, NegFrameAnswer *answer)
{
  g_mutex_lock (&mailbox->lock);
  g_queue_push_tail (&mailbox->answers, answer);
  /* As soon as input events are: the image under the eye waits for nothing less. */
  if (!mailbox->delivery_pending)
    deliver_at (mailbox, G_PRIORITY_DEFAULT);
  mailbox->delivery_pending = TRUE;
  g_mutex_unlock (&mailbox->lock);
}

/* One request for one frame, from asking to the last callback. */
typedef struct {
  NegFrameMailbox *mailbox;
  NegFrameAnswer *answer;
} Call;

static void
decoded_cb (guint index, const NegFrameFormat *format, const GError *error, gpointer user_data)
{
  Call *call = user_data;

  if (error != NULL)
    call->answer->error = g_error_copy (error);
  else
    call->answer->format = *format;
}

static void
done_cb (gpointer user_data)
{
  Call *call = user_data;

  put (call->mailbox, call->answer);
  mailbox_unref (call->mailbox);
  g_free (call);
}

NegRequest *
_neg_frame_mailbox_ask (NegFrameMailbox *mailbox, NegEnginePool *pool, const NegSeriesFrame *frame,
                        NegPriority priority, NegPixels **pixels)
{
  NegDecodeItem item = { .frame = frame->frame };
  NegFrameAnswer *answer = g_new0 (NegFrameAnswer, 1);
  NegRequest *request;
  Call *call;
  int fd = -1;

  *pixels = NULL;
  answer->key = _neg_frame_key (frame);
  if (!neg_frame_format_init (&item.format, frame->instance, NEG_FRAME_STORED, &answer->error)
      || (*pixels = neg_pixels_new (&item.format, &fd, &answer->error)) == NULL) {
    put (mailbox, answer);
    return NULL;
  }
  answer->pixels = neg_pixels_ref (*pixels);
  call = g_new0 (Call, 1);
  call->mailbox = mailbox_ref (mailbox);
  call->answer = answer;
  request = neg_engine_pool_decode (pool, frame->blob, NEG_FRAME_STORED, fd, &item, 1, priority, decoded_cb, done_cb,
                                    call);
  close (fd);
  return request;
}
