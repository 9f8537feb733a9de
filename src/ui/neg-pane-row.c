#include "config.h"

#include "ui/neg-pane-row.h"

#include <string.h>

struct _NegPaneRow {
  GObject parent_instance;

  NegPaneRowContent content;
};

G_DEFINE_FINAL_TYPE (NegPaneRow, neg_pane_row, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

void
neg_pane_row_content_clear (NegPaneRowContent *content)
{
  g_free (content->id);
  g_free (content->title);
  g_free (content->subtitle);
  g_free (content->details);
  g_free (content->mark);
  g_clear_pointer (&content->series, g_ptr_array_unref);
  memset (content, 0, sizeof *content);
}

NegPaneRow *
neg_pane_row_new (NegPaneRowContent *content)
{
  NegPaneRow *self = g_object_new (NEG_TYPE_PANE_ROW, NULL);

  self->content = *content;
  memset (content, 0, sizeof *content);
  return self;
}

const NegPaneRowContent *
neg_pane_row_get (NegPaneRow *self)
{
  g_return_val_if_fail (NEG_IS_PANE_ROW (self), NULL);

  return &self->content;
}

static gboolean
same_series (GPtrArray *a, GPtrArray *b)
{
  if (a == NULL || b == NULL || a->len != b->len)
    return a == b;
  return memcmp (a->pdata, b->pdata, a->len * sizeof (gpointer)) == 0;
}

static gboolean
same_content (const NegPaneRowContent *a, const NegPaneRowContent *b)
{
  return a->kind == b->kind && a->active == b->active && g_strcmp0 (a->id, b->id) == 0
         && g_strcmp0 (a->title, b->title) == 0 && g_strcmp0 (a->subtitle, b->subtitle) == 0
         && g_strcmp0 (a->details, b->details) == 0 && g_strcmp0 (a->mark, b->mark) == 0
         && same_series (a->series, b->series);
}

void
neg_pane_row_become (NegPaneRow *self, NegPaneRow *other)
{
  NegPaneRowContent before = self->content;

  if (same_content (&self->content, &other->content))
    return;
  self->content = other->content;
  other->content = before;
  g_signal_emit (self, signals[CHANGED], 0);
}

static NegPaneRow *
row_at (GListStore *store, guint position)
{
  g_autoptr (NegPaneRow) row = g_list_model_get_item (G_LIST_MODEL (store), position);

  return row; /* the store holds it on */
}

static gboolean
same_row (NegPaneRow *a, NegPaneRow *b)
{
  return a->content.kind == b->content.kind && g_strcmp0 (a->content.id, b->content.id) == 0;
}

/* What stands at the beginning and at the end of both stays; studies come in by the middle. */
void
neg_pane_row_update_store (GListStore *store, GPtrArray *rows)
{
  guint n_old = g_list_model_get_n_items (G_LIST_MODEL (store));
  guint n_most = MIN (n_old, rows->len);
  guint first = 0, last = 0;

  while (first < n_most && same_row (row_at (store, first), g_ptr_array_index (rows, first)))
    first++;
  while (last < n_most - first
         && same_row (row_at (store, n_old - 1 - last), g_ptr_array_index (rows, rows->len - 1 - last)))
    last++;
  for (guint i = 0; i < first; i++)
    neg_pane_row_become (row_at (store, i), g_ptr_array_index (rows, i));
  for (guint i = 0; i < last; i++)
    neg_pane_row_become (row_at (store, n_old - 1 - i), g_ptr_array_index (rows, rows->len - 1 - i));
  if (first + last < n_old || first + last < rows->len)
    g_list_store_splice (store, first, n_old - first - last, rows->pdata + first, rows->len - first - last);
}

static void
add_part (GString *label, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  if (label->len > 0)
    g_string_append (label, ", ");
  g_string_append (label, text);
}

char *
neg_pane_row_dup_label (NegPaneRow *self)
{
  const NegPaneRowContent *content = neg_pane_row_get (self);
  GString *label = g_string_new (NULL);

  add_part (label, content->title);
  add_part (label, content->subtitle);
  add_part (label, content->details);
  add_part (label, content->mark);
  return g_string_free (label, FALSE);
}

static void
neg_pane_row_finalize (GObject *object)
{
  neg_pane_row_content_clear (&NEG_PANE_ROW (object)->content);
  G_OBJECT_CLASS (neg_pane_row_parent_class)->finalize (object);
}

static void
neg_pane_row_class_init (NegPaneRowClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_pane_row_finalize;
  signals[CHANGED]
      = g_signal_new ("changed", NEG_TYPE_PANE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_pane_row_init (NegPaneRow *self)
{
}
