#include "config.h"

#include "pipeline/neg-frame-store.h"

#include <unistd.h>

#include "base/neg-error.h"

/* Frames asked for at one time: each holds a descriptor until its engine has answered. */
#define IN_FLIGHT_MAX 48

/* How many frames ahead in the scroll direction count as neighbours. */
#define NEIGHBOURS 8

/* A frame of an object; series are built anew while a study loads, objects stay. */
typedef struct {
  guint64 blob_id;
  guint32 frame;
} Key;

typedef enum { ENTRY_REQUESTED, ENTRY_READY, ENTRY_FAILED } EntryState;

typedef struct {
  Key key; /* first: the entry is its own key in the table */
  EntryState state;
  NegPixels *pixels; /* also while requested: where the engine writes */
  GError *error;
  NegRequest *request;
  GList link; /* in the LRU queue, while ready */
  guint generation; /* of the prefetch that last wanted it */
  NegPriority priority;
  gboolean retried;  /* after an engine died over it: the engine may have been the innocent victim */
  NegSeries *series; /* for the signal: where it was last asked for */
  guint index;
} Entry;

/* What crosses from the dispatcher to the store's context. */
typedef struct {
  gatomicrefcount ref_count;
  GMainContext *context;
  NegFrameStore *store; /* on the context only; NULL once the store is gone */
  GMutex lock;          /* guards the two below */
  GArray *answers;      /* Answer */
  gboolean delivery_pending;
} Mailbox;

typedef struct {
  Key key;
  NegPixels *pixels; /* owned */
  NegFrameFormat format;
  GError *error; /* owned */
} Answer;

struct _NegFrameStore {
  GObject parent_instance;

  NegEnginePool *pool;
  Mailbox *mailbox;
  GHashTable *entries; /* Entry */
  GQueue ready;        /* Entry links, oldest first */
  guint64 budget_bytes, ready_bytes;
  guint n_in_flight, generation;
  NegSeries *wanted_series; /* the prefetch under way */
  GArray *wanted;           /* guint indices still to ask for, in order */
  guint wanted_next, n_neighbours;
};

G_DEFINE_FINAL_TYPE (NegFrameStore, neg_frame_store, G_TYPE_OBJECT)

enum { FRAME_READY, N_SIGNALS };
static guint signals[N_SIGNALS];

static guint
key_hash (gconstpointer data)
{
  const Key *key = data;

  return (guint) (key->blob_id * 2654435761u) ^ key->frame;
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const Key *key_a = a, *key_b = b;

  return key_a->blob_id == key_b->blob_id && key_a->frame == key_b->frame;
}

static Key
key_for (NegSeries *series, guint index)
{
  const NegSeriesFrame *frame = neg_series_get_frame (series, index);

  return (Key){ neg_blob_get_id (frame->blob), frame->frame };
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->pixels, neg_pixels_unref);
  g_clear_error (&entry->error);
  g_clear_pointer (&entry->request, neg_request_unref);
  g_clear_object (&entry->series);
  g_free (entry);
}

static Mailbox *
mailbox_ref (Mailbox *mailbox)
{
  g_atomic_ref_count_inc (&mailbox->ref_count);
  return mailbox;
}

static void
mailbox_unref (Mailbox *mailbox)
{
  if (!g_atomic_ref_count_dec (&mailbox->ref_count))
    return;
  for (guint i = 0; i < mailbox->answers->len; i++) {
    Answer *answer = &g_array_index (mailbox->answers, Answer, i);

    neg_pixels_unref (answer->pixels);
    g_clear_error (&answer->error);
  }
  g_array_unref (mailbox->answers);
  g_main_context_unref (mailbox->context);
  g_mutex_clear (&mailbox->lock);
  g_free (mailbox);
}

static void take_answers (NegFrameStore *self, GArray *answers);

static gboolean
deliver_cb (gpointer data)
{
  Mailbox *mailbox = data;
  g_autoptr (GArray) answers = NULL;

  if (mailbox->store == NULL)
    return G_SOURCE_REMOVE;
  g_mutex_lock (&mailbox->lock);
  answers = mailbox->answers;
  mailbox->answers = g_array_new (FALSE, FALSE, sizeof (Answer));
  mailbox->delivery_pending = FALSE;
  g_mutex_unlock (&mailbox->lock);
  take_answers (mailbox->store, answers);
  return G_SOURCE_REMOVE;
}

static void
mailbox_put (Mailbox *mailbox, const Answer *answer)
{
  g_mutex_lock (&mailbox->lock);
  g_array_append_val (mailbox->answers, *answer);
  if (!mailbox->delivery_pending) {
    g_autoptr (GSource) source = g_idle_source_new ();

    mailbox->delivery_pending = TRUE;
    /* As soon as input events are: the image under the eye waits for nothing less. */
    g_source_set_priority (source, G_PRIORITY_DEFAULT);
    g_source_set_callback (source, deliver_cb, mailbox_ref (mailbox), (GDestroyNotify) mailbox_unref);
    g_source_attach (source, mailbox->context);
  }
  g_mutex_unlock (&mailbox->lock);
}

/* One request for one frame, from asking to the last callback. */
typedef struct {
  Mailbox *mailbox;
  Answer answer;
} Call;

static void
decoded_cb (guint index, const NegFrameFormat *format, const GError *error, gpointer user_data)
{
  Call *call = user_data;

  if (error != NULL)
    call->answer.error = g_error_copy (error);
  else
    call->answer.format = *format;
}

static void
decode_done_cb (gpointer user_data)
{
  Call *call = user_data;

  mailbox_put (call->mailbox, &call->answer);
  mailbox_unref (call->mailbox);
  g_free (call);
}

static void
entry_fail (Entry *entry, GError *error)
{
  entry->state = ENTRY_FAILED;
  g_clear_pointer (&entry->pixels, neg_pixels_unref);
  entry->error = error;
}

static void
entry_request (NegFrameStore *self, Entry *entry, NegSeries *series, guint index)
{
  const NegSeriesFrame *frame = neg_series_get_frame (series, index);
  NegDecodeItem item = { .frame = frame->frame };
  GError *error = NULL;
  Call *call;
  int fd = -1;

  if (!neg_frame_format_init (&item.format, frame->instance, NEG_FRAME_STORED, &error)
      || (entry->pixels = neg_pixels_new (&item.format, &fd, &error)) == NULL) {
    entry_fail (entry, error);
    return;
  }
  call = g_new0 (Call, 1);
  call->mailbox = mailbox_ref (self->mailbox);
  call->answer.key = entry->key;
  call->answer.pixels = neg_pixels_ref (entry->pixels);
  entry->state = ENTRY_REQUESTED;
  self->n_in_flight++;
  entry->request = neg_engine_pool_decode (self->pool, frame->blob, NEG_FRAME_STORED, fd, &item, 1, entry->priority,
                                           decoded_cb, decode_done_cb, call);
  close (fd);
}

static Entry *
entry_ensure (NegFrameStore *self, NegSeries *series, guint index, NegPriority priority)
{
  Key key = key_for (series, index);
  Entry *entry = g_hash_table_lookup (self->entries, &key);

  if (entry == NULL) {
    entry = g_new0 (Entry, 1);
    entry->key = key;
    entry->link.data = entry;
    entry->priority = priority;
    g_hash_table_add (self->entries, entry);
    entry_request (self, entry, series, index);
  } else if (entry->state == ENTRY_REQUESTED && priority != entry->priority) {
    entry->priority = priority;
    neg_request_set_priority (entry->request, priority);
  }
  g_set_object (&entry->series, series);
  entry->index = index;
  entry->generation = self->generation;
  return entry;
}

static void
entry_touch (NegFrameStore *self, Entry *entry)
{
  g_queue_unlink (&self->ready, &entry->link);
  g_queue_push_tail_link (&self->ready, &entry->link);
}

/* What the prefetch under way wants goes last, and the newest frame never: it is on screen. */
static void
evict (NegFrameStore *self)
{
  for (guint round = 0; round < 2; round++) {
    GList *link = self->ready.head;

    while (link != NULL && link->next != NULL && self->ready_bytes > self->budget_bytes) {
      Entry *entry = link->data;

      link = link->next;
      if (round == 0 && entry->generation == self->generation)
        continue;
      g_queue_unlink (&self->ready, &entry->link);
      self->ready_bytes -= neg_pixels_get_bytes (entry->pixels);
      g_hash_table_remove (self->entries, &entry->key);
    }
  }
}

static void
pump (NegFrameStore *self)
{
  while (self->wanted_series != NULL && self->wanted_next < self->wanted->len && self->n_in_flight < IN_FLIGHT_MAX) {
    guint index = g_array_index (self->wanted, guint, self->wanted_next);
    gboolean near = self->wanted_next < self->n_neighbours;

    self->wanted_next++;
    entry_ensure (self, self->wanted_series, index, near ? NEG_PRIORITY_NEIGHBOUR : NEG_PRIORITY_SERIES);
  }
}

/* The entry that the answer is for; NULL when it was withdrawn, or withdrawn and asked for again. */
static Entry *
entry_for_answer (NegFrameStore *self, const Answer *answer)
{
  Entry *entry = g_hash_table_lookup (self->entries, &answer->key);

  return entry != NULL && entry->state == ENTRY_REQUESTED && entry->pixels == answer->pixels ? entry : NULL;
}

static void
take_answer (NegFrameStore *self, Answer *answer)
{
  Entry *entry = entry_for_answer (self, answer);
  g_autoptr (NegSeries) series = NULL;
  guint index;

  self->n_in_flight--;
  if (entry != NULL) {
    g_clear_pointer (&entry->request, neg_request_unref);
    if (g_error_matches (answer->error, NEG_ERROR, NEG_ERROR_ENGINE_DIED) && !entry->retried) {
      entry->retried = TRUE;
      g_clear_pointer (&entry->pixels, neg_pixels_unref);
      entry_request (self, entry, entry->series, entry->index);
    } else if (answer->error != NULL) {
      entry_fail (entry, g_steal_pointer (&answer->error));
    } else {
      entry->state = ENTRY_READY;
      neg_pixels_set_format (entry->pixels, &answer->format);
      self->ready_bytes += neg_pixels_get_bytes (entry->pixels);
      g_queue_push_tail_link (&self->ready, &entry->link);
    }
  }
  if (entry != NULL && entry->state != ENTRY_REQUESTED) {
    series = g_steal_pointer (&entry->series);
    index = entry->index;
    evict (self);
    g_signal_emit (self, signals[FRAME_READY], 0, series, index);
  }
  g_clear_pointer (&answer->pixels, neg_pixels_unref);
  g_clear_error (&answer->error);
}

static void
take_answers (NegFrameStore *self, GArray *answers)
{
  g_autoptr (NegFrameStore) guard G_GNUC_UNUSED = g_object_ref (self);

  for (guint i = 0; i < answers->len; i++)
    take_answer (self, &g_array_index (answers, Answer, i));
  pump (self);
}

NegPixels *
neg_frame_store_get (NegFrameStore *self, NegSeries *series, guint index, NegPriority priority, GError **error)
{
  Entry *entry;

  g_return_val_if_fail (NEG_IS_FRAME_STORE (self) && index < neg_series_get_n_frames (series), NULL);

  entry = entry_ensure (self, series, index, priority);
  if (entry->state == ENTRY_READY) {
    entry_touch (self, entry);
    return neg_pixels_ref (entry->pixels);
  }
  if (entry->state == ENTRY_FAILED)
    g_propagate_error (error, g_error_copy (entry->error));
  return NULL;
}

/* Cancels what no one wants now. A frame on screen or asked for by name carries the current generation. */
static void
withdraw_unwanted (NegFrameStore *self)
{
  g_autoptr (GPtrArray) unwanted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Entry *entry = value;

    if (entry->state == ENTRY_REQUESTED && entry->generation != self->generation)
      g_ptr_array_add (unwanted, entry);
  }
  for (guint i = 0; i < unwanted->len; i++) {
    Entry *entry = g_ptr_array_index (unwanted, i);

    neg_request_cancel (entry->request);
    g_hash_table_remove (self->entries, &entry->key);
  }
}

/* Index @index first, then those ahead with one behind after every fourth, until both sides are used up. */
static void
order_wanted (GArray *wanted, guint n, guint index, int step)
{
  guint n_ahead = step > 0 ? n - 1 - index : index;
  guint n_behind = n - 1 - n_ahead;
  guint ahead = 0, behind = 0;

  g_array_append_val (wanted, index);
  while (ahead < n_ahead || behind < n_behind) {
    gboolean forward = ahead < n_ahead && (behind == n_behind || ahead < 4 * (behind + 1));
    guint next = forward ? index + step * (int) ++ahead : index - step * (int) ++behind;

    g_array_append_val (wanted, next);
  }
}

/* How many frames of the order fit the budget; what is there already counts. */
static guint
count_affordable (NegFrameStore *self, NegSeries *series, const GArray *wanted)
{
  guint64 bytes = 0, sum = 0;
  guint i;

  for (i = 0; i < wanted->len; i++) {
    const NegSeriesFrame *frame = neg_series_get_frame (series, g_array_index (wanted, guint, i));
    NegFrameFormat format;

    if (neg_frame_format_init (&format, frame->instance, NEG_FRAME_STORED, NULL)
        && neg_frame_format_get_bytes (&format, &bytes))
      sum += bytes;
    if (i > 0 && sum > self->budget_bytes)
      break;
  }
  return i;
}

void
neg_frame_store_prefetch (NegFrameStore *self, NegSeries *series, guint index, int step)
{
  guint n;

  g_return_if_fail (NEG_IS_FRAME_STORE (self));

  n = neg_series_get_n_frames (series);
  g_return_if_fail (index < n);

  self->generation++;
  g_set_object (&self->wanted_series, series);
  g_array_set_size (self->wanted, 0);
  order_wanted (self->wanted, n, index, step < 0 ? -1 : 1);
  g_array_set_size (self->wanted, count_affordable (self, series, self->wanted));
  self->wanted_next = 0;
  self->n_neighbours = NEIGHBOURS;
  for (guint i = 0; i < self->wanted->len; i++) {
    Key key = key_for (series, g_array_index (self->wanted, guint, i));
    Entry *entry = g_hash_table_lookup (self->entries, &key);

    if (entry != NULL)
      entry->generation = self->generation;
  }
  withdraw_unwanted (self);
  evict (self);
  entry_ensure (self, series, index, NEG_PRIORITY_ON_SCREEN);
  self->wanted_next = 1;
  pump (self);
}

void
neg_frame_store_cancel (NegFrameStore *self)
{
  g_return_if_fail (NEG_IS_FRAME_STORE (self));

  self->generation++;
  g_clear_object (&self->wanted_series);
  withdraw_unwanted (self);
}

guint64
neg_frame_store_get_bytes (NegFrameStore *self)
{
  return self->ready_bytes;
}

gboolean
neg_frame_store_is_ready (NegFrameStore *self, NegSeries *series, guint index)
{
  Key key = key_for (series, index);
  Entry *entry = g_hash_table_lookup (self->entries, &key);

  return entry != NULL && entry->state == ENTRY_READY;
}

gboolean
neg_frame_store_has_failed (NegFrameStore *self, NegSeries *series, guint index)
{
  Key key = key_for (series, index);
  Entry *entry = g_hash_table_lookup (self->entries, &key);

  return entry != NULL && entry->state == ENTRY_FAILED;
}

guint
neg_frame_store_get_n_ready (NegFrameStore *self, NegSeries *series)
{
  guint n = 0;

  for (guint i = 0; i < neg_series_get_n_frames (series); i++)
    n += neg_frame_store_is_ready (self, series, i);
  return n;
}

static void
neg_frame_store_dispose (GObject *object)
{
  NegFrameStore *self = NEG_FRAME_STORE (object);

  if (self->mailbox != NULL) {
    neg_frame_store_cancel (self);
    self->mailbox->store = NULL;
    g_clear_pointer (&self->mailbox, mailbox_unref);
  }
  G_OBJECT_CLASS (neg_frame_store_parent_class)->dispose (object);
}

static void
neg_frame_store_finalize (GObject *object)
{
  NegFrameStore *self = NEG_FRAME_STORE (object);

  g_clear_pointer (&self->entries, g_hash_table_unref);
  g_clear_pointer (&self->wanted, g_array_unref);
  G_OBJECT_CLASS (neg_frame_store_parent_class)->finalize (object);
}

static void
neg_frame_store_class_init (NegFrameStoreClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = neg_frame_store_dispose;
  object_class->finalize = neg_frame_store_finalize;
  signals[FRAME_READY] = g_signal_new ("frame-ready", NEG_TYPE_FRAME_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 2, NEG_TYPE_SERIES, G_TYPE_UINT);
}

static void
neg_frame_store_init (NegFrameStore *self)
{
  self->mailbox = g_new0 (Mailbox, 1);
  g_atomic_ref_count_init (&self->mailbox->ref_count);
  g_mutex_init (&self->mailbox->lock);
  self->mailbox->context = g_main_context_ref_thread_default ();
  self->mailbox->store = self;
  self->mailbox->answers = g_array_new (FALSE, FALSE, sizeof (Answer));
  self->entries = g_hash_table_new_full (key_hash, key_equal, NULL, entry_free);
  g_queue_init (&self->ready);
  self->wanted = g_array_new (FALSE, FALSE, sizeof (guint));
}

NegFrameStore *
neg_frame_store_new (NegEnginePool *pool, guint64 budget_bytes)
{
  NegFrameStore *self = g_object_new (NEG_TYPE_FRAME_STORE, NULL);

  self->pool = pool;
  self->budget_bytes = budget_bytes;
  return self;
}
