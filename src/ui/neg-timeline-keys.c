#include "config.h"

#include "ui/neg-timeline-private.h"

#define PAGE_ROWS 4

static guint
n_rows (NegTimeline *self)
{
  return g_list_model_get_n_items (self->rows);
}

static const NegPaneRowContent *
content_at (NegTimeline *self, guint position)
{
  g_autoptr (NegPaneRow) row = g_list_model_get_item (self->rows, position);

  return row != NULL ? neg_pane_row_get (row) : NULL; /* the model holds it on */
}

static guint
n_columns_at (NegTimeline *self, guint position)
{
  const NegPaneRowContent *content = content_at (self, position);

  return content != NULL && content->series != NULL ? MAX (content->series->len, 1) : 1;
}

static NegTimelineRow *
find_live (NegTimeline *self, guint position)
{
  for (guint i = 0; i < self->live->len; i++) {
    NegTimelineRow *row = g_ptr_array_index (self->live, i);

    if (row->changed_handler != 0 && gtk_list_item_get_position (row->list_item) == position)
      return row;
  }
  return NULL;
}

gboolean
_neg_timeline_focus_at (NegTimeline *self, guint position, guint column)
{
  const NegPaneRowContent *content = content_at (self, position);
  NegTimelineRow *row;

  if (content == NULL)
    return FALSE;
  gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", position);
  row = find_live (self, position);
  if (row == NULL)
    return FALSE;
  if (content->kind != NEG_PANE_ROW_SERIES)
    return gtk_widget_grab_focus (row->header);
  _neg_timeline_fill_row (self, row);
  return gtk_widget_grab_focus (
      g_ptr_array_index (row->thumbnails, MIN (column, n_columns_at (self, position) - 1)));
}

/* Where the focus is; FALSE when it is nowhere in here. */
static gboolean
find_focus (NegTimeline *self, guint *position, guint *column)
{
  for (guint i = 0; i < self->live->len; i++) {
    NegTimelineRow *row = g_ptr_array_index (self->live, i);

    if (row->changed_handler == 0 || gtk_widget_get_focus_child (row->box) == NULL)
      continue;
    *position = gtk_list_item_get_position (row->list_item);
    *column = 0;
    for (guint at = 0; at < row->thumbnails->len; at++)
      if (gtk_widget_has_focus (g_ptr_array_index (row->thumbnails, at)))
        *column = at;
    return TRUE;
  }
  return FALSE;
}

/* To the left of the first one is the last one of the row before. */
static void
move_sideways (NegTimeline *self, int step, guint *position, guint *column)
{
  if (step > 0 && *column + 1 < n_columns_at (self, *position)) {
    *column += 1;
  } else if (step > 0 && *position + 1 < n_rows (self)) {
    *position += 1;
    *column = 0;
  } else if (step < 0 && *column > 0) {
    *column -= 1;
  } else if (step < 0 && *position > 0) {
    *position -= 1;
    *column = n_columns_at (self, *position) - 1;
  }
}

static void
move_rows (NegTimeline *self, int n, guint *position)
{
  *position = (guint) CLAMP ((gint64) *position + n, 0, (gint64) n_rows (self) - 1);
}

static gboolean
fold_by_key (NegTimeline *self, guint position)
{
  const NegPaneRowContent *content = content_at (self, position);

  if (content->kind != NEG_PANE_ROW_STUDY && content->kind != NEG_PANE_ROW_SECTION)
    return FALSE;
  _neg_timeline_toggle (self, content->id);
  return TRUE;
}

static gboolean
move_by_key (NegTimeline *self, guint keyval, guint *position, guint *column)
{
  switch (keyval) {
  case GDK_KEY_Left:
  case GDK_KEY_KP_Left:
    move_sideways (self, -1, position, column);
    return TRUE;
  case GDK_KEY_Right:
  case GDK_KEY_KP_Right:
    move_sideways (self, 1, position, column);
    return TRUE;
  case GDK_KEY_Up:
  case GDK_KEY_KP_Up:
    move_rows (self, -1, position);
    return TRUE;
  case GDK_KEY_Down:
  case GDK_KEY_KP_Down:
    move_rows (self, 1, position);
    return TRUE;
  case GDK_KEY_Page_Up:
  case GDK_KEY_KP_Page_Up:
    move_rows (self, -PAGE_ROWS, position);
    return TRUE;
  case GDK_KEY_Page_Down:
  case GDK_KEY_KP_Page_Down:
    move_rows (self, PAGE_ROWS, position);
    return TRUE;
  case GDK_KEY_Home:
  case GDK_KEY_KP_Home:
    *position = *column = 0;
    return TRUE;
  case GDK_KEY_End:
  case GDK_KEY_KP_End:
    move_rows (self, G_MAXINT, position);
    return TRUE;
  default:
    return FALSE;
  }
}

static gboolean
key_cb (NegTimeline *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  guint position, column;

  if ((modifiers & gtk_accelerator_get_default_mod_mask ()) != 0 || !find_focus (self, &position, &column))
    return FALSE;
  if (move_by_key (self, keyval, &position, &column)) {
    _neg_timeline_focus_at (self, position, column);
    return TRUE;
  }
  if (keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter || keyval == GDK_KEY_space)
    return fold_by_key (self, position);
  return FALSE;
}

void
_neg_timeline_add_keys (NegTimeline *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  /* Before the list, which knows rows only. */
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->view), keys);
}
