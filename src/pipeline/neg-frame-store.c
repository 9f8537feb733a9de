#include "config.h"

#include "pipeline/neg-frame-store.h"

#include "base/neg-error.h"
#include "pipeline/neg-frame-store-private.h"

/* Frames asked for at one time: each holds a descriptor until its engine has answered. */
#define IN_FLIGHT_MAX 48

/* How long asking for more may hold the main loop. */
#define PUMP_MAX_US 250
#define PUMP_LOOKS 64 /* at what is there already, between two looks at the clock */

G_DEFINE_FINAL_TYPE (NegFrameStore, neg_frame_store, G_TYPE_OBJECT)

enum { FRAME_READY, N_SIGNALS };
static guint signals[N_SIGNALS];

static guint
key_hash (gconstpointer data)
{
  const NegFrameKey *key = data;

  return (guint) (key->blob_id * 2654435761u) ^ key->frame;
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const NegFrameKey *key_a = a, *key_b = b;

  return key_a->blob_id == key_b->blob_id && key_a->frame == key_b->frame;
}

NegFrameEntry *
_neg_frame_store_find (NegFrameStore *self, NegSeries *series, guint index)
{
  NegFrameKey key = _neg_frame_key (neg_series_get_frame (series, index));

  return g_hash_table_lookup (self->entries, &key);
}

void
_neg_frame_store_tell (NegFrameStore *self, NegSeries *series, guint index)
{
  g_signal_emit (self, signals[FRAME_READY], 0, series, index);
}

static void
entry_free (gpointer data)
{
  NegFrameEntry *entry = data;

  g_clear_pointer (&entry->pixels, neg_pixels_unref);
  g_clear_error (&entry->error);
  g_clear_pointer (&entry->request, neg_request_unref);
  g_clear_object (&entry->series);
  g_free (entry);
}

static void
entry_decode (NegFrameStore *self, NegFrameEntry *entry)
{
  self->n_in_flight++;
  entry->request = _neg_frame_mailbox_ask (self->mailbox, self->pool,
                                           neg_series_get_frame (entry->series, entry->index), entry->priority,
                                           &entry->pixels);
}

/* From whoever brings it, else from the engines. Also again, while it waits for somebody: what does not come from there
 * any more has to be decoded, and what is wanted sooner is told so. */
void
_neg_frame_store_ask (NegFrameStore *self, NegFrameEntry *entry)
{
  if (!_neg_frame_store_ask_sources (self, entry))
    entry_decode (self, entry);
}

static void
entry_request (NegFrameStore *self, NegFrameEntry *entry)
{
  entry->state = NEG_FRAME_ENTRY_REQUESTED;
  g_queue_push_tail_link (&self->requested, &entry->link);
  _neg_frame_store_ask (self, entry);
}

static void
entry_set_priority (NegFrameStore *self, NegFrameEntry *entry, NegPriority priority)
{
  gboolean is_urgent = priority < entry->priority;

  if (entry->priority == priority)
    return;
  entry->priority = priority;
  if (entry->request != NULL)
    neg_request_set_priority (entry->request, priority);
  else if (is_urgent && entry->state == NEG_FRAME_ENTRY_REQUESTED && entry->source != 0)
    _neg_frame_store_ask (self, entry);
}

NegFrameEntry *
_neg_frame_store_add (NegFrameStore *self, NegSeries *series, guint index, NegPriority priority)
{
  NegFrameEntry *entry = g_new0 (NegFrameEntry, 1);

  entry->key = _neg_frame_key (neg_series_get_frame (series, index));
  entry->link.data = entry;
  entry->priority = priority;
  entry->series = g_object_ref (series);
  entry->index = index;
  g_hash_table_add (self->entries, entry);
  return entry;
}

/* Once it is asked for, only new wishes make it less urgent. */
static NegFrameEntry *
entry_ensure (NegFrameStore *self, NegSeries *series, guint index, NegPriority priority)
{
  NegFrameEntry *entry = _neg_frame_store_find (self, series, index);

  if (entry == NULL) {
    entry = _neg_frame_store_add (self, series, index, priority);
    entry_request (self, entry);
  } else {
    entry_set_priority (self, entry, entry->generation == self->generation ? MIN (entry->priority, priority) : priority);
    g_set_object (&entry->series, series);
    entry->index = index;
  }
  entry->generation = self->generation;
  return entry;
}

/* What is borrowed from a source is nobody's to evict, and counts as nothing. */
void
_neg_frame_store_set_ready (NegFrameStore *self, NegFrameEntry *entry)
{
  entry->state = NEG_FRAME_ENTRY_READY;
  if (entry->source != 0 && neg_pixels_is_borrowed (entry->pixels))
    return;
  entry->source = 0;
  self->ready_bytes += neg_pixels_get_bytes (entry->pixels);
  g_queue_push_tail_link (&self->ready, &entry->link);
  self->newest = entry;
}

static void
entry_touch (NegFrameStore *self, NegFrameEntry *entry)
{
  if (entry->source != 0)
    return;
  g_queue_unlink (&self->ready, &entry->link);
  g_queue_push_tail_link (&self->ready, &entry->link);
  self->newest = entry;
}

/* Follows the frame into the series that shows it now. */
static gboolean
entry_is_planned (NegFrameStore *self, NegFrameEntry *entry, NegPriority *priority)
{
  NegSeries *series = entry->series;
  gboolean is_planned = _neg_frame_plan_find (&self->plan, &series, &entry->index, priority);

  g_set_object (&entry->series, series);
  return is_planned;
}

/* How much a frame is wanted: by no one, by someone, on screen. */
typedef enum { WANT_NONE, WANT_LATER, WANT_NOW } Want;

static Want
entry_get_want (NegFrameStore *self, NegFrameEntry *entry)
{
  NegPriority priority;

  if (entry_is_planned (self, entry, &priority))
    return priority == NEG_PRIORITY_ON_SCREEN ? WANT_NOW : WANT_LATER;
  return entry->generation == self->generation ? WANT_LATER : WANT_NONE;
}

static void
entry_drop (NegFrameStore *self, NegFrameEntry *entry)
{
  g_queue_unlink (&self->ready, &entry->link);
  self->ready_bytes -= neg_pixels_get_bytes (entry->pixels);
  if (self->newest == entry)
    self->newest = NULL;
  g_hash_table_remove (self->entries, &entry->key);
}

/* First what no one wants, then the oldest; what is looked at stays, also in a budget that is too small for it. What
 * is passed over goes to the end of the queue, so that the next search does not begin with it. */
void
_neg_frame_store_evict (NegFrameStore *self)
{
  for (Want most = WANT_NONE; most < WANT_NOW && self->ready_bytes > self->budget_bytes; most++)
    for (guint n = self->ready.length; n > 0 && self->ready_bytes > self->budget_bytes; n--) {
      NegFrameEntry *entry = g_queue_peek_head (&self->ready);

      if (entry != self->newest && entry_get_want (self, entry) <= most) {
        entry_drop (self, entry);
      } else {
        g_queue_unlink (&self->ready, &entry->link);
        g_queue_push_tail_link (&self->ready, &entry->link);
      }
    }
}

static void pump (NegFrameStore *self);

static gboolean
pump_cb (gpointer data)
{
  NegFrameStore *self = data;

  self->pump_source = 0;
  pump (self);
  return G_SOURCE_REMOVE;
}

static void
pump_later (NegFrameStore *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->pump_source != 0)
    return;
  source = g_idle_source_new ();
  g_source_set_priority (source, NEG_FRAME_PRIORITY_LATER);
  g_source_set_callback (source, pump_cb, self, NULL);
  self->pump_source = g_source_attach (source, _neg_frame_mailbox_get_context (self->mailbox));
}

/* Asks for what is wanted next, as far as there is room on the way; what is urgent has room always. */
static void
pump (NegFrameStore *self)
{
  gint64 end_us = g_get_monotonic_time () + PUMP_MAX_US;
  NegSeries *series;
  NegPriority priority;
  guint index;

  for (guint n_looks = 1;; n_looks++) {
    gboolean is_urgent = _neg_frame_plan_is_urgent (&self->plan);
    guint n_in_flight = self->n_in_flight;

    if ((!is_urgent && n_in_flight >= IN_FLIGHT_MAX)
        || !_neg_frame_plan_next (&self->plan, &series, &index, &priority))
      return;
    entry_ensure (self, series, index, priority);
    if (!is_urgent && (self->n_in_flight != n_in_flight || n_looks % PUMP_LOOKS == 0)
        && g_get_monotonic_time () >= end_us) {
      pump_later (self);
      return;
    }
  }
}

/* The entry that the answer is for; NULL when it was withdrawn, or withdrawn and asked for again. */
static NegFrameEntry *
entry_for_answer (NegFrameStore *self, const NegFrameAnswer *answer)
{
  NegFrameEntry *entry = g_hash_table_lookup (self->entries, &answer->key);

  return entry != NULL && entry->state == NEG_FRAME_ENTRY_REQUESTED && entry->source == 0 && entry->pixels == answer->pixels
             ? entry
             : NULL;
}

static void
entry_take (NegFrameStore *self, NegFrameEntry *entry, NegFrameAnswer *answer)
{
  g_queue_unlink (&self->requested, &entry->link);
  g_clear_pointer (&entry->request, neg_request_unref);
  if (g_error_matches (answer->error, NEG_ERROR, NEG_ERROR_ENGINE_DIED) && !entry->retried) {
    entry->retried = TRUE;
    g_clear_pointer (&entry->pixels, neg_pixels_unref);
    entry_request (self, entry);
  } else if (answer->error != NULL) {
    entry->state = NEG_FRAME_ENTRY_FAILED;
    g_clear_pointer (&entry->pixels, neg_pixels_unref);
    entry->error = g_steal_pointer (&answer->error);
  } else {
    neg_pixels_set_format (entry->pixels, &answer->format);
    _neg_frame_store_set_ready (self, entry);
  }
}

static void
take_answer (NegFrameStore *self, NegFrameAnswer *answer)
{
  NegFrameEntry *entry = entry_for_answer (self, answer);
  g_autoptr (NegSeries) series = NULL;
  guint index;

  self->n_in_flight--;
  if (entry == NULL)
    return;
  entry_take (self, entry, answer);
  if (entry->state == NEG_FRAME_ENTRY_REQUESTED)
    return;
  series = g_object_ref (entry->series);
  index = entry->index;
  _neg_frame_store_evict (self);
  _neg_frame_store_tell (self, series, index);
}

static void
take_mailbox (gpointer data, NegFrameAnswer *answer)
{
  g_autoptr (NegFrameStore) self = g_object_ref (data); /* a handler may drop the last reference */

  if (answer != NULL)
    take_answer (self, answer);
  else
    pump (self);
}

NegPixels *
neg_frame_store_get (NegFrameStore *self, NegSeries *series, guint index, NegPriority priority, GError **error)
{
  NegFrameEntry *entry;

  g_return_val_if_fail (NEG_IS_FRAME_STORE (self) && index < neg_series_get_n_frames (series), NULL);

  entry = entry_ensure (self, series, index, priority);
  if (entry->state == NEG_FRAME_ENTRY_READY) {
    entry_touch (self, entry);
    return neg_pixels_ref (entry->pixels);
  }
  if (entry->state == NEG_FRAME_ENTRY_FAILED)
    g_propagate_error (error, g_error_copy (entry->error));
  return NULL;
}

NegPixels *
neg_frame_store_peek (NegFrameStore *self, NegSeries *series, guint index)
{
  NegFrameEntry *entry = _neg_frame_store_find (self, series, index);

  return entry != NULL && entry->state == NEG_FRAME_ENTRY_READY ? neg_pixels_ref (entry->pixels) : NULL;
}

/* What is on its way goes by the new wishes. */
static void
review_requested (NegFrameStore *self)
{
  GList *link = self->requested.head;

  while (link != NULL) {
    NegFrameEntry *entry = link->data;
    NegPriority priority;

    link = link->next;
    if (entry_is_planned (self, entry, &priority)) {
      entry_set_priority (self, entry, priority);
      entry->generation = self->generation;
      continue;
    }
    if (entry->request != NULL)
      neg_request_cancel (entry->request);
    g_queue_unlink (&self->requested, &entry->link);
    g_hash_table_remove (self->entries, &entry->key);
  }
}

void
neg_frame_store_set_wishes (NegFrameStore *self, const NegFrameWish *wishes, guint n_wishes)
{
  g_return_if_fail (NEG_IS_FRAME_STORE (self) && n_wishes <= NEG_FRAME_WISHES_MAX);

  if (n_wishes > 0 && _neg_frame_plan_equals (&self->plan, wishes, n_wishes))
    return;
  _neg_frame_plan_set (&self->plan, wishes, n_wishes, self->budget_bytes);
  self->generation++;
  review_requested (self);
  _neg_frame_store_evict (self);
  pump (self);
}

guint64
neg_frame_store_get_budget_bytes (NegFrameStore *self)
{
  return self->budget_bytes;
}

guint
neg_frame_store_get_n_in_flight (NegFrameStore *self)
{
  return self->n_in_flight;
}

guint64
neg_frame_store_get_bytes (NegFrameStore *self)
{
  return self->ready_bytes;
}

gboolean
neg_frame_store_is_ready (NegFrameStore *self, NegSeries *series, guint index)
{
  NegFrameEntry *entry = _neg_frame_store_find (self, series, index);

  return entry != NULL && entry->state == NEG_FRAME_ENTRY_READY;
}

gboolean
neg_frame_store_has_failed (NegFrameStore *self, NegSeries *series, guint index)
{
  NegFrameEntry *entry = _neg_frame_store_find (self, series, index);

  return entry != NULL && entry->state == NEG_FRAME_ENTRY_FAILED;
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
    neg_frame_store_set_wishes (self, NULL, 0);
    if (self->pump_source != 0)
      g_source_destroy (g_main_context_find_source_by_id (_neg_frame_mailbox_get_context (self->mailbox), self->pump_source));
    self->pump_source = 0;
    g_clear_pointer (&self->mailbox, _neg_frame_mailbox_close);
  }
  G_OBJECT_CLASS (neg_frame_store_parent_class)->dispose (object);
}

static void
neg_frame_store_finalize (GObject *object)
{
  NegFrameStore *self = NEG_FRAME_STORE (object);

  g_clear_pointer (&self->entries, g_hash_table_unref);
  g_clear_pointer (&self->sources, g_ptr_array_unref);
  _neg_frame_plan_clear (&self->plan);
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
  self->mailbox = _neg_frame_mailbox_new (take_mailbox, self);
  self->sources = g_ptr_array_new_with_free_func (_neg_frame_source_free);
  self->entries = g_hash_table_new_full (key_hash, key_equal, NULL, entry_free);
  g_queue_init (&self->requested);
  g_queue_init (&self->ready);
}

NegFrameStore *
neg_frame_store_new (NegEnginePool *pool, guint64 budget_bytes)
{
  NegFrameStore *self = g_object_new (NEG_TYPE_FRAME_STORE, NULL);

  self->pool = pool;
  self->budget_bytes = budget_bytes;
  return self;
}
