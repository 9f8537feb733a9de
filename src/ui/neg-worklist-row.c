#include "config.h"

#include "ui/neg-worklist-row.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-privacy.h"
#include "ui/neg-worklist-words.h"

#define SIGN_WIDTH 0.86 /* of the state, where there are no columns: to the height of its line */

struct _NegWorklistRow {
  GtkWidget parent_instance;

  NegWorklistColumns *columns; /* borrowed */
  NegWorklistTexts *texts;     /* borrowed */
  NegWorklistItem *item;
  gulong changed_handler;
  guint position, n_rows;
  gboolean selected, open, compact;
  int shift_px;
  char *cells[NEG_COLUMN_N]; /* NULL: not asked for yet */
  char *line, *sign, *about; /* likewise, where there are no columns */
};

G_DEFINE_FINAL_TYPE (NegWorklistRow, neg_worklist_row, GTK_TYPE_WIDGET)

static const NegEntry *
get_entry (NegWorklistRow *self)
{
  return self->item != NULL ? neg_worklist_item_get_entry (self->item) : NULL;
}

static void
forget_texts (NegWorklistRow *self)
{
  for (guint i = 0; i < NEG_COLUMN_N; i++)
    g_clear_pointer (&self->cells[i], g_free);
  g_clear_pointer (&self->line, g_free);
  g_clear_pointer (&self->sign, g_free);
  g_clear_pointer (&self->about, g_free);
}

static const char *
get_cell (NegWorklistRow *self, NegEntryColumn column)
{
  const NegEntry *entry = get_entry (self);

  if (entry == NULL)
    return "";
  if (self->cells[column] == NULL)
    self->cells[column] = neg_worklist_words_dup_cell (entry, column);
  return self->cells[column];
}

static void
update_accessible_place (NegWorklistRow *self)
{
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_POS_IN_SET, (int) self->position + 1,
                                  GTK_ACCESSIBLE_RELATION_SET_SIZE, (int) self->n_rows, -1);
}

static void
update_accessible (NegWorklistRow *self)
{
  const NegEntry *entry = get_entry (self);
  g_autofree char *all = entry != NULL ? neg_worklist_words_dup_all (entry) : g_strdup (_ ("Being fetched"));
  g_autofree char *spoken = self->open ? g_strdup_printf (_ ("%s, open"), all) : g_strdup (all);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  update_accessible_place (self);
}

static void
entry_changed_cb (NegWorklistRow *self)
{
  forget_texts (self);
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
neg_worklist_row_set_item (NegWorklistRow *self, NegWorklistItem *item, guint position, guint n_rows)
{
  gboolean same_place = self->position == position && self->n_rows == n_rows;

  self->position = position;
  self->n_rows = n_rows;
  if (item == self->item) {
    if (!same_place && item != NULL)
      update_accessible_place (self);
    return;
  }
  if (self->item != NULL)
    g_clear_signal_handler (&self->changed_handler, self->item);
  g_set_object (&self->item, item);
  if (item != NULL)
    self->changed_handler = g_signal_connect_swapped (item, "changed", G_CALLBACK (entry_changed_cb), self);
  entry_changed_cb (self);
}

NegWorklistItem *
neg_worklist_row_get_item (NegWorklistRow *self)
{
  return self->item;
}

guint
neg_worklist_row_get_position (NegWorklistRow *self)
{
  return self->position;
}

void
neg_worklist_row_set_selected (NegWorklistRow *self, gboolean selected)
{
  if (self->selected == !!selected)
    return;
  self->selected = !!selected;
  if (selected)
    gtk_widget_set_state_flags (GTK_WIDGET (self), GTK_STATE_FLAG_SELECTED, FALSE);
  else
    gtk_widget_unset_state_flags (GTK_WIDGET (self), GTK_STATE_FLAG_SELECTED);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_SELECTED, self->selected, -1);
}

void
neg_worklist_row_set_open (NegWorklistRow *self, gboolean open)
{
  if (self->open == !!open)
    return;
  self->open = !!open;
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
neg_worklist_row_set_look (NegWorklistRow *self, gboolean compact, int shift_px)
{
  if (self->compact == !!compact && self->shift_px == shift_px)
    return;
  self->compact = !!compact;
  self->shift_px = shift_px;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
neg_worklist_row_redraw (NegWorklistRow *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- drawing --- */

static GdkRGBA
get_color (NegWorklistRow *self, const char *name)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  GdkRGBA color;

  if (name == NULL || !gtk_style_context_lookup_color (style, name, &color))
    gtk_style_context_get_color (style, &color);
  return color;
}

/* What the words say, in colour too: never the colour alone. */
static const char *
get_color_name (const NegEntry *entry, NegEntryColumn column)
{
  gboolean is_over = entry->status == NEG_STATUS_READ || entry->status == NEG_STATUS_REPORTED;

  if (column == NEG_COLUMN_PRIORITY && entry->urgency == NEG_URGENCY_STAT)
    return "neg_danger";
  if (column == NEG_COLUMN_PRIORITY && entry->urgency == NEG_URGENCY_HIGH)
    return "neg_attention";
  if (column == NEG_COLUMN_PATIENT && entry->is_conflict)
    return "neg_attention";
  if (column == NEG_COLUMN_STATUS && entry->status == NEG_STATUS_BEING_READ)
    return "neg_attention";
  if (is_over)
    return "neg_dim";
  if (column == NEG_COLUMN_STATUS && entry->status == NEG_STATUS_ARRIVED)
    return "neg_accent";
  return NULL;
}

static void
draw_text (NegWorklistRow *self, GtkSnapshot *snapshot, const char *text, double x, double y, int width_px,
           double height_px, gboolean bold, const char *color_name)
{
  GdkRGBA color = get_color (self, color_name);

  if (*text != '\0' && width_px > 0)
    neg_worklist_texts_draw (self->texts, snapshot, text, width_px, bold,
                             &GRAPHENE_RECT_INIT (x, y, width_px, height_px), &color);
}

/* How wide the text is, at most @most_px. */
static int
get_width_px (NegWorklistRow *self, const char *text, int most_px)
{
  int width_px = 0;

  if (*text != '\0' && most_px > 0)
    width_px = neg_worklist_texts_get_width_px (self->texts, text, most_px, FALSE);
  return width_px;
}

/* At the right end of the line; what is left of its width. */
static int
draw_at_end (NegWorklistRow *self, GtkSnapshot *snapshot, const char *text, double x, int width_px, double height_px,
             const char *color_name)
{
  int text_px = get_width_px (self, text, width_px / 2);

  if (text_px == 0)
    return width_px;
  draw_text (self, snapshot, text, x + width_px - text_px, 2, text_px + 1, height_px, FALSE, color_name);
  return width_px - text_px - NEG_WORKLIST_CELL_PADDING_PX;
}

static void
make_compact_texts (NegWorklistRow *self, const NegEntry *entry)
{
  if (self->line != NULL)
    return;
  self->line = neg_worklist_words_dup_line (entry);
  self->sign = neg_worklist_words_dup_sign (entry);
  self->about = neg_worklist_words_dup_about (entry);
}

/* The name, urgency and age at its right; below them the sign of the state and all else, as far as there is room. */
static void
draw_compact (NegWorklistRow *self, GtkSnapshot *snapshot, const NegEntry *entry, int width, int height)
{
  int line_px = width - 4 * NEG_WORKLIST_CELL_PADDING_PX, name_px;
  double x = 2 * NEG_WORKLIST_CELL_PADDING_PX, half = (height - 4) / 2.0;
  const int sign_px = (int) (half * SIGN_WIDTH);

  make_compact_texts (self, entry);
  name_px = draw_at_end (self, snapshot, self->about, x, line_px, half, "neg_dim");
  name_px = draw_at_end (self, snapshot, get_cell (self, NEG_COLUMN_PRIORITY), x, name_px, half,
                         get_color_name (entry, NEG_COLUMN_PRIORITY));
  draw_text (self, snapshot, get_cell (self, NEG_COLUMN_PATIENT), x, 2, name_px, half,
             entry->status == NEG_STATUS_ARRIVED, get_color_name (entry, NEG_COLUMN_PATIENT));
  draw_text (self, snapshot, self->sign, x, 2 + half, sign_px, half, FALSE, get_color_name (entry, NEG_COLUMN_STATUS));
  draw_text (self, snapshot, self->line, x + sign_px, 2 + half, line_px - sign_px, half, FALSE, "neg_dim");
}

static void
draw_columns (NegWorklistRow *self, GtkSnapshot *snapshot, const NegEntry *entry, int width, int height)
{
  const NegWorklistColumn *columns = neg_worklist_columns_get (self->columns);
  double x = -self->shift_px;

  for (guint i = 0; i < NEG_COLUMN_N && x < width; i++) {
    if (!columns[i].visible)
      continue;
    if (x + columns[i].width_px > 0)
      draw_text (self, snapshot, get_cell (self, columns[i].id), x + NEG_WORKLIST_CELL_PADDING_PX, 0,
                 columns[i].width_px - 2 * NEG_WORKLIST_CELL_PADDING_PX, height,
                 columns[i].id == NEG_COLUMN_PATIENT && entry->status == NEG_STATUS_ARRIVED,
                 get_color_name (entry, columns[i].id));
    x += columns[i].width_px;
  }
}

static void
neg_worklist_row_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  NegWorklistRow *self = NEG_WORKLIST_ROW (widget);
  const NegEntry *entry = get_entry (self);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);

  if (entry == NULL)
    return;
  if (self->open) {
    GdkRGBA color = get_color (self, "neg_accent");

    gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (0, 0, 3, height));
  }
  if (self->compact)
    draw_compact (self, snapshot, entry, width, height);
  else
    draw_columns (self, snapshot, entry, width, height);
}

static gboolean
neg_worklist_row_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  const NegEntry *entry = get_entry (NEG_WORKLIST_ROW (widget));
  g_autofree char *all = entry != NULL ? neg_worklist_words_dup_all (entry) : NULL;
  g_autofree char *text = NULL;

  if (all == NULL)
    return FALSE;
  text = *entry->claimed_by != '\0'
             ? g_strconcat (all, "\n", _ ("Claims are known on this workstation only."), NULL)
             : g_strdup (all);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

static void
neg_worklist_row_dispose (GObject *object)
{
  NegWorklistRow *self = NEG_WORKLIST_ROW (object);

  if (self->item != NULL)
    g_clear_signal_handler (&self->changed_handler, self->item);
  g_clear_object (&self->item);
  G_OBJECT_CLASS (neg_worklist_row_parent_class)->dispose (object);
}

static void
neg_worklist_row_finalize (GObject *object)
{
  forget_texts (NEG_WORKLIST_ROW (object));
  G_OBJECT_CLASS (neg_worklist_row_parent_class)->finalize (object);
}

static void
neg_worklist_row_class_init (NegWorklistRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_worklist_row_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_worklist_row_finalize;
  widget_class->snapshot = neg_worklist_row_snapshot;
  widget_class->query_tooltip = neg_worklist_row_query_tooltip;
  gtk_widget_class_set_css_name (widget_class, "worklistrow");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
}

/* All columns, though not all may be shown. */
static char *
dup_drawn_text (GtkWidget *widget)
{
  const NegEntry *entry = get_entry (NEG_WORKLIST_ROW (widget));

  return entry != NULL ? neg_worklist_words_dup_all (entry) : NULL;
}

static void
neg_worklist_row_init (NegWorklistRow *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  neg_privacy_watch (self, G_CALLBACK (entry_changed_cb));
  neg_privacy_set_drawn_text (GTK_WIDGET (self), dup_drawn_text);
}

GtkWidget *
neg_worklist_row_new (NegWorklistColumns *columns, NegWorklistTexts *texts)
{
  NegWorklistRow *self = g_object_new (NEG_TYPE_WORKLIST_ROW, NULL);

  self->columns = columns;
  self->texts = texts;
  return GTK_WIDGET (self);
}
