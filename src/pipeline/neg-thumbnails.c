#include "config.h"

#include "pipeline/neg-thumbnails.h"

#include <unistd.h>

#include "base/neg-error.h"
#include "pipeline/neg-thumbnails-private.h"

#define IN_FLIGHT_MAX 2

/* One frame at one size. */
typedef struct {
  guint64 blob_id;
  guint32 frame;
  guint size_px;
} Key;

typedef enum { ENTRY_WAITING, ENTRY_REQUESTED, ENTRY_ANSWERED } EntryState;

typedef struct {
  Key key; /* first: the entry is its own key in the table */
  EntryState state;
  NegThumbnail thumbnail;
  NegSeries *series; /* until it is answered: for the signal */
  guint index;       /* of the frame there */
  NegRequest *request;
  gconstpointer job; /* what will answer; an address to compare with */
  gboolean is_shorter; /* the store has the frame now: what was asked for is withdrawn */
  gboolean retried;  /* after an engine died over it: the engine may have been the innocent victim */
  GList link;        /* in the queue of those that wait, or of those that are answered */
} Entry;

/* What crosses between the threads. */
typedef struct {
  gatomicrefcount ref_count;
  GMainContext *context;
  NegThumbnails *owner; /* on the context only; NULL once it is gone */
} Link;

/* One picture on its way: decoded (dispatcher), drawn (a thread of its own), delivered (the context). */
typedef struct {
  Link *link;
  Key key;
  NegInstance *instance;
  NegPixels *pixels;
  NegFrameFormat format;
  GBytes *drawn;
  GError *error;
} Job;

struct _NegThumbnails {
  GObject parent_instance;

  NegEnginePool *pool;
  NegFrameStore *store; /* nullable */
  gulong frame_ready_handler;
  Link *link;
  GHashTable *entries; /* Entry */
  GHashTable *choices; /* series key -> Key of the frame chosen, without a size */
  GQueue waiting;      /* Entry links */
  GQueue answered;     /* Entry links, oldest first */
  guint64 budget_bytes, bytes;
  guint n_in_flight;
};

G_DEFINE_FINAL_TYPE (NegThumbnails, neg_thumbnails, G_TYPE_OBJECT)

enum { READY, N_SIGNALS };
static guint signals[N_SIGNALS];

static guint
key_hash (gconstpointer data)
{
  const Key *key = data;

  return (guint) (key->blob_id * 2654435761u) ^ key->frame ^ key->size_px << 16;
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const Key *key_a = a, *key_b = b;

  return key_a->blob_id == key_b->blob_id && key_a->frame == key_b->frame && key_a->size_px == key_b->size_px;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->thumbnail.pixels, g_bytes_unref);
  g_clear_error (&entry->thumbnail.error);
  g_clear_object (&entry->series);
  g_clear_pointer (&entry->request, neg_request_unref);
  g_free (entry);
}

static void
link_unref (Link *link)
{
  if (!g_atomic_ref_count_dec (&link->ref_count))
    return;
  g_main_context_unref (link->context);
  g_free (link);
}

static void
job_free (gpointer data)
{
  Job *job = data;

  neg_instance_unref (job->instance);
  g_clear_pointer (&job->pixels, neg_pixels_unref);
  g_clear_pointer (&job->drawn, g_bytes_unref);
  g_clear_error (&job->error);
  link_unref (job->link);
  g_free (job);
}

static void take_job (NegThumbnails *self, Job *job);

static gboolean
deliver_cb (gpointer data)
{
  Job *job = data;

  if (job->link->owner != NULL)
    take_job (job->link->owner, job);
  return G_SOURCE_REMOVE;
}

/* Below drawing in priority: the window has better things to show. */
static void
job_deliver (Job *job)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, deliver_cb, job, job_free);
  g_source_attach (source, job->link->context);
}

static gpointer
draw_thread (gpointer data)
{
  Job *job = data;

  job->drawn = _neg_thumbnail_draw (job->instance, job->key.frame, neg_pixels_get_frame (job->pixels),
                                    job->key.size_px, &job->error);
  job_deliver (job);
  return NULL;
}

static void
decoded_cb (guint index, const NegFrameFormat *format, const GError *error, gpointer user_data)
{
  Job *job = user_data;

  if (error != NULL)
    job->error = g_error_copy (error);
  else
    job->format = *format;
}

static void
decode_done_cb (gpointer user_data)
{
  Job *job = user_data;

  if (job->error != NULL) {
    job_deliver (job);
    return;
  }
  neg_pixels_set_format (job->pixels, &job->format);
  g_thread_unref (g_thread_new ("thumbnail", draw_thread, job));
}

static NegRequest *
job_decode (Job *job, NegEnginePool *pool, NegBlob *blob)
{
  NegDecodeItem item = { .frame = job->key.frame };
  NegRequest *request;
  int fd = -1;

  if (!neg_frame_format_init (&item.format, job->instance, NEG_FRAME_STORED, &job->error)
      || (job->pixels = neg_pixels_new (&item.format, &fd, &job->error)) == NULL) {
    job_deliver (job);
    return NULL;
  }
  request = neg_engine_pool_decode (pool, blob, NEG_FRAME_STORED, fd, &item, 1, NEG_PRIORITY_BACKGROUND, decoded_cb,
                                    decode_done_cb, job);
  close (fd);
  return request;
}

static void
entry_start (NegThumbnails *self, Entry *entry)
{
  const NegSeriesFrame *frame = neg_series_get_frame (entry->series, entry->index);
  Job *job = g_new0 (Job, 1);

  job->link = self->link;
  g_atomic_ref_count_inc (&self->link->ref_count);
  job->key = entry->key;
  job->instance = neg_instance_ref (frame->instance);
  entry->state = ENTRY_REQUESTED;
  entry->job = job;
  self->n_in_flight++;
  if (self->store != NULL)
    job->pixels = neg_frame_store_peek (self->store, entry->series, entry->index);
  if (job->pixels != NULL)
    g_thread_unref (g_thread_new ("thumbnail", draw_thread, job));
  else
    entry->request = job_decode (job, self->pool, frame->blob);
}

static void
pump (NegThumbnails *self)
{
  while (self->n_in_flight < IN_FLIGHT_MAX && !g_queue_is_empty (&self->waiting)) {
    GList *link = g_queue_pop_head_link (&self->waiting);

    entry_start (self, link->data);
  }
}

static gsize
entry_get_bytes (const Entry *entry)
{
  return sizeof *entry + (entry->thumbnail.pixels ? g_bytes_get_size (entry->thumbnail.pixels) : 0);
}

/* The newest stays: someone is about to show it. */
static void
evict (NegThumbnails *self)
{
  while (self->bytes > self->budget_bytes && self->answered.length > 1) {
    Entry *entry = g_queue_peek_head (&self->answered);

    g_queue_unlink (&self->answered, &entry->link);
    self->bytes -= entry_get_bytes (entry);
    g_hash_table_remove (self->entries, &entry->key);
  }
}

static void
entry_answer (NegThumbnails *self, Entry *entry, Job *job)
{
  guint size_px = entry->key.size_px;

  entry->state = ENTRY_ANSWERED;
  entry->thumbnail = (NegThumbnail){
    .pixels = g_steal_pointer (&job->drawn),
    .width = size_px,
    .height = size_px,
    .stride = (gsize) size_px * 4,
    .error = g_steal_pointer (&job->error),
  };
  g_queue_push_tail_link (&self->answered, &entry->link);
  self->bytes += entry_get_bytes (entry);
}

/* Whether the job is to be done again; forgets why. */
static gboolean
begins_again (Entry *entry, const Job *job)
{
  if (entry->is_shorter && g_error_matches (job->error, NEG_ERROR, NEG_ERROR_CANCELLED)) {
    entry->is_shorter = FALSE;
    return TRUE;
  }
  if (entry->retried || !g_error_matches (job->error, NEG_ERROR, NEG_ERROR_ENGINE_DIED))
    return FALSE;
  entry->retried = TRUE;
  return TRUE;
}

static void
take_job (NegThumbnails *self, Job *job)
{
  g_autoptr (NegThumbnails) guard G_GNUC_UNUSED = g_object_ref (self); /* a handler may drop the last reference */
  Entry *entry = g_hash_table_lookup (self->entries, &job->key);
  g_autoptr (NegSeries) series = NULL;

  self->n_in_flight--;
  if (entry != NULL && entry->job == job) {
    entry->job = NULL;
    g_clear_pointer (&entry->request, neg_request_unref);
    if (begins_again (entry, job)) {
      entry->state = ENTRY_WAITING;
      g_queue_push_head_link (&self->waiting, &entry->link);
    } else {
      entry_answer (self, entry, job);
      series = g_steal_pointer (&entry->series);
      evict (self);
    }
  }
  pump (self);
  if (series != NULL)
    g_signal_emit (self, signals[READY], 0, series);
}

/* The frame that stands for the series, see above. */
static guint
choose_frame (NegThumbnails *self, NegSeries *series)
{
  const Key *known = g_hash_table_lookup (self->choices, neg_series_get_key (series));
  guint index = neg_series_get_n_frames (series) / 2;
  const NegSeriesFrame *frame;
  Key chosen = { 0 };
  guint found;

  if (known != NULL && neg_series_find_blob (series, known->blob_id, known->frame, &found))
    return found;
  frame = neg_series_get_frame (series, index);
  chosen.blob_id = neg_blob_get_id (frame->blob);
  chosen.frame = frame->frame;
  g_hash_table_insert (self->choices, g_strdup (neg_series_get_key (series)), g_memdup2 (&chosen, sizeof chosen));
  return index;
}

static Entry *
entry_new (NegThumbnails *self, const Key *key)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->key = *key;
  entry->link.data = entry;
  g_hash_table_add (self->entries, entry);
  g_queue_push_tail_link (&self->waiting, &entry->link);
  return entry;
}

const NegThumbnail *
neg_thumbnails_get (NegThumbnails *self, NegSeries *series, guint size_px)
{
  const NegSeriesFrame *frame;
  Entry *entry;
  guint index;
  Key key;

  g_return_val_if_fail (NEG_IS_THUMBNAILS (self) && NEG_IS_SERIES (series), NULL);
  g_return_val_if_fail (size_px > 0 && size_px <= NEG_THUMBNAIL_SIZE_MAX_PX, NULL);

  index = choose_frame (self, series);
  frame = neg_series_get_frame (series, index);
  key = (Key){ neg_blob_get_id (frame->blob), frame->frame, size_px };
  entry = g_hash_table_lookup (self->entries, &key);
  if (entry == NULL)
    entry = entry_new (self, &key);
  if (entry->state == ENTRY_ANSWERED) {
    g_queue_unlink (&self->answered, &entry->link);
    g_queue_push_tail_link (&self->answered, &entry->link);
    return &entry->thumbnail;
  }
  g_set_object (&entry->series, series);
  entry->index = index;
  pump (self);
  return NULL;
}

void
neg_thumbnails_clear (NegThumbnails *self)
{
  GHashTableIter iter;
  gpointer value;

  g_return_if_fail (NEG_IS_THUMBNAILS (self));

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Entry *entry = value;

    if (entry->request != NULL)
      neg_request_cancel (entry->request);
  }
  g_queue_init (&self->waiting);
  g_queue_init (&self->answered);
  g_hash_table_remove_all (self->entries);
  g_hash_table_remove_all (self->choices);
  self->bytes = 0;
}

/* The viewport's own decoding was faster than what waits behind it. */
static void
frame_ready_cb (NegFrameStore *store, NegSeries *series, guint index, NegThumbnails *self)
{
  const NegSeriesFrame *frame = neg_series_get_frame (series, index);
  GHashTableIter iter;
  gpointer value;

  if (self->n_in_flight == 0)
    return;
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Entry *entry = value;

    if (entry->request == NULL || entry->is_shorter || entry->key.blob_id != neg_blob_get_id (frame->blob)
        || entry->key.frame != frame->frame || !neg_frame_store_is_ready (store, series, index))
      continue;
    entry->is_shorter = TRUE;
    neg_request_cancel (entry->request);
  }
}

void
neg_thumbnails_set_store (NegThumbnails *self, NegFrameStore *store)
{
  g_return_if_fail (NEG_IS_THUMBNAILS (self));

  if (self->store != NULL)
    g_clear_signal_handler (&self->frame_ready_handler, self->store);
  if (g_set_object (&self->store, store) && store != NULL)
    self->frame_ready_handler = g_signal_connect (store, "frame-ready", G_CALLBACK (frame_ready_cb), self);
}

guint64
neg_thumbnails_get_bytes (NegThumbnails *self)
{
  return self->bytes;
}

static void
neg_thumbnails_dispose (GObject *object)
{
  NegThumbnails *self = NEG_THUMBNAILS (object);

  neg_thumbnails_clear (self);
  self->link->owner = NULL;
  neg_thumbnails_set_store (self, NULL);
  G_OBJECT_CLASS (neg_thumbnails_parent_class)->dispose (object);
}

static void
neg_thumbnails_finalize (GObject *object)
{
  NegThumbnails *self = NEG_THUMBNAILS (object);

  g_clear_pointer (&self->link, link_unref);
  g_clear_pointer (&self->entries, g_hash_table_unref);
  g_clear_pointer (&self->choices, g_hash_table_unref);
  G_OBJECT_CLASS (neg_thumbnails_parent_class)->finalize (object);
}

static void
neg_thumbnails_class_init (NegThumbnailsClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = neg_thumbnails_dispose;
  object_class->finalize = neg_thumbnails_finalize;
  signals[READY] = g_signal_new ("ready", NEG_TYPE_THUMBNAILS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                 NEG_TYPE_SERIES);
}

static void
neg_thumbnails_init (NegThumbnails *self)
{
  self->link = g_new0 (Link, 1);
  g_atomic_ref_count_init (&self->link->ref_count);
  self->link->context = g_main_context_ref_thread_default ();
  self->link->owner = self;
  self->entries = g_hash_table_new_full (key_hash, key_equal, NULL, entry_free);
  self->choices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_queue_init (&self->waiting);
  g_queue_init (&self->answered);
}

NegThumbnails *
neg_thumbnails_new (NegEnginePool *pool, guint64 budget_bytes)
{
  NegThumbnails *self = g_object_new (NEG_TYPE_THUMBNAILS, NULL);

  self->pool = pool;
  self->budget_bytes = budget_bytes;
  return self;
}
