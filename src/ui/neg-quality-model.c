#include "config.h"

#include "ui/neg-quality-model.h"

#include "ui/neg-quality-reader.h"

#define AGAIN_MS 200 /* between two readings of the list: objects come many times a second */

/* --- one line --- */

struct _NegQualityItem {
  GObject parent_instance;

  NegDeskRow *row;
  NegFinding *worst; /* nullable */
};

G_DEFINE_FINAL_TYPE (NegQualityItem, neg_quality_item, G_TYPE_OBJECT)

enum { ITEM_CHANGED, N_ITEM_SIGNALS };
static guint item_signals[N_ITEM_SIGNALS];

const NegDeskRow *
neg_quality_item_get_row (NegQualityItem *item)
{
  g_return_val_if_fail (NEG_IS_QUALITY_ITEM (item), NULL);
  return item->row;
}

const NegFinding *
neg_quality_item_get_worst (NegQualityItem *item)
{
  g_return_val_if_fail (NEG_IS_QUALITY_ITEM (item), NULL);
  return item->worst;
}

static void
neg_quality_item_finalize (GObject *object)
{
  NegQualityItem *self = NEG_QUALITY_ITEM (object);

  neg_desk_row_free (self->row);
  g_clear_pointer (&self->worst, neg_finding_free);
  G_OBJECT_CLASS (neg_quality_item_parent_class)->finalize (object);
}

static void
neg_quality_item_class_init (NegQualityItemClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_quality_item_finalize;
  item_signals[ITEM_CHANGED]
      = g_signal_new ("changed", NEG_TYPE_QUALITY_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_quality_item_init (NegQualityItem *self)
{
}

/* Takes what @line has. */
static void
set_line (NegQualityItem *item, NegQualityLine *line)
{
  g_clear_pointer (&item->row, neg_desk_row_free);
  g_clear_pointer (&item->worst, neg_finding_free);
  item->row = g_steal_pointer (&line->row);
  item->worst = g_steal_pointer (&line->worst);
}

static NegQualityItem *
new_item (NegQualityLine *line)
{
  NegQualityItem *item = g_object_new (NEG_TYPE_QUALITY_ITEM, NULL);

  set_line (item, line);
  return item;
}

/* --- the list --- */

struct _NegQualityModel {
  GObject parent_instance;

  NegQualityReader *reader;
  GListStore *list; /* of NegQualityItem */
  GError *failure;  /* nullable */
  GCancellable *cancellable;
  guint again_source;
  gboolean all, is_read, is_reading, read_again;
};

G_DEFINE_FINAL_TYPE (NegQualityModel, neg_quality_model, G_TYPE_OBJECT)

enum { UPDATING, UPDATED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void read_list (NegQualityModel *self);

NegQualityReader *
_neg_quality_model_get_reader (NegQualityModel *self)
{
  return self->reader;
}

GListModel *
neg_quality_model_get_list (NegQualityModel *self)
{
  g_return_val_if_fail (NEG_IS_QUALITY_MODEL (self), NULL);
  return G_LIST_MODEL (self->list);
}

gboolean
neg_quality_model_get_all (NegQualityModel *self)
{
  g_return_val_if_fail (NEG_IS_QUALITY_MODEL (self), FALSE);
  return self->all;
}

gboolean
neg_quality_model_is_read (NegQualityModel *self)
{
  g_return_val_if_fail (NEG_IS_QUALITY_MODEL (self), FALSE);
  return self->is_read;
}

const GError *
neg_quality_model_get_failure (NegQualityModel *self)
{
  g_return_val_if_fail (NEG_IS_QUALITY_MODEL (self), NULL);
  return self->failure;
}

/* From @first on. */
static NegQualityItem *
find (NegQualityModel *self, gint64 study_id, guint first, guint *position)
{
  for (guint i = first; i < g_list_model_get_n_items (G_LIST_MODEL (self->list)); i++) {
    g_autoptr (NegQualityItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), i);

    if (item->row->study_id != study_id)
      continue;
    if (position != NULL)
      *position = i;
    return item; /* the list holds it */
  }
  return NULL;
}

NegQualityItem *
neg_quality_model_find (NegQualityModel *self, gint64 study_id, guint *position)
{
  g_return_val_if_fail (NEG_IS_QUALITY_MODEL (self), NULL);
  return find (self, study_id, 0, position);
}

static gboolean
is_among (GPtrArray *lines, gint64 study_id)
{
  for (guint i = 0; i < lines->len; i++)
    if (((const NegQualityLine *) g_ptr_array_index (lines, i))->row->study_id == study_id)
      return TRUE;
  return FALSE;
}

static void
drop_gone (NegQualityModel *self, GPtrArray *lines)
{
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->list)); i > 0; i--) {
    g_autoptr (NegQualityItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), i - 1);

    if (!is_among (lines, item->row->study_id))
      g_list_store_remove (self->list, i - 1);
  }
}

/* Rows of what stays where it was are not made anew. */
static void
put_line (NegQualityModel *self, NegQualityLine *line, guint place)
{
  g_autoptr (NegQualityItem) item = NULL;
  guint position;

  item = find (self, line->row->study_id, place, &position);
  if (item == NULL) {
    item = new_item (line);
    g_list_store_insert (self->list, place, item);
    return;
  }
  g_object_ref (item);
  set_line (item, line);
  if (position != place) {
    g_list_store_remove (self->list, position);
    g_list_store_insert (self->list, place, item);
  }
  g_signal_emit (item, item_signals[ITEM_CHANGED], 0);
}

static void
show_lines (NegQualityModel *self, GPtrArray *lines)
{
  drop_gone (self, lines);
  for (guint i = 0; i < lines->len; i++)
    put_line (self, g_ptr_array_index (lines, i), i);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  NegQualityModel *self = NEG_QUALITY_MODEL (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lines = g_task_propagate_pointer (G_TASK (result), &error);

  self->is_reading = FALSE;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_error (&self->failure);
  g_signal_emit (self, signals[UPDATING], 0);
  if (lines != NULL)
    show_lines (self, lines);
  else
    self->failure = g_steal_pointer (&error);
  self->is_read = TRUE;
  g_signal_emit (self, signals[UPDATED], 0);
  if (self->read_again)
    neg_quality_model_refresh (self);
}

static void
read_list (NegQualityModel *self)
{
  self->read_again = self->is_reading;
  if (self->is_reading)
    return;
  self->is_reading = TRUE;
  neg_quality_reader_list_async (self->reader, self, self->all, self->cancellable, listed_cb, NULL);
}

static void
again_cb (gpointer data)
{
  NegQualityModel *self = data;

  self->again_source = 0;
  read_list (self);
}

void
neg_quality_model_refresh (NegQualityModel *self)
{
  g_return_if_fail (NEG_IS_QUALITY_MODEL (self));

  if (!self->is_read)
    read_list (self);
  else if (self->again_source == 0)
    self->again_source = g_timeout_add_once (AGAIN_MS, again_cb, self);
}

void
neg_quality_model_set_all (NegQualityModel *self, gboolean all)
{
  g_return_if_fail (NEG_IS_QUALITY_MODEL (self));

  if (self->all == !!all)
    return;
  self->all = !!all;
  read_list (self);
}

/* --- the object --- */

static void
neg_quality_model_dispose (GObject *object)
{
  NegQualityModel *self = NEG_QUALITY_MODEL (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->again_source, g_source_remove);
  G_OBJECT_CLASS (neg_quality_model_parent_class)->dispose (object);
}

static void
neg_quality_model_finalize (GObject *object)
{
  NegQualityModel *self = NEG_QUALITY_MODEL (object);

  neg_quality_reader_unref (self->reader);
  g_object_unref (self->list);
  g_object_unref (self->cancellable);
  g_clear_error (&self->failure);
  G_OBJECT_CLASS (neg_quality_model_parent_class)->finalize (object);
}

static void
neg_quality_model_class_init (NegQualityModelClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_quality_model_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_quality_model_finalize;
  signals[UPDATING]
      = g_signal_new ("updating", NEG_TYPE_QUALITY_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[UPDATED]
      = g_signal_new ("updated", NEG_TYPE_QUALITY_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_quality_model_init (NegQualityModel *self)
{
  self->list = g_list_store_new (NEG_TYPE_QUALITY_ITEM);
  self->cancellable = g_cancellable_new ();
}

NegQualityModel *
neg_quality_model_new (const char *data_folder, const char *cache_folder)
{
  NegQualityModel *self = g_object_new (NEG_TYPE_QUALITY_MODEL, NULL);

  self->reader = neg_quality_reader_new (data_folder, cache_folder);
  return self;
}
