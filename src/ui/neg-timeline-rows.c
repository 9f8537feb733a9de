#include "config.h"

#include <glib/gi18n-lib.h>

#include "reading/neg-cover.h"
#include "ui/neg-timeline-private.h"
#include "ui/neg-words.h"

#define THUMBNAIL_SPACING_PX 4
#define LINE_HEIGHT_PX 168 /* of thumbnails that are not there yet */
#define NEAR_PX 300
#define FILLED_AT_ONCE 2 /* rows: a frame of the screen has room for no more */

static GtkWidget *
add_label (GtkWidget *box, const char *css_class, int n_lines)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (label), n_lines);
  gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static void
set_line (GtkWidget *label, const char *text)
{
  gtk_label_set_text (GTK_LABEL (label), text != NULL ? text : "");
  gtk_widget_set_visible (label, text != NULL && *text != '\0');
}

static void
show_requested_cb (NegThumbnailView *view, gboolean in_new_viewport, NegTimeline *self)
{
  _neg_timeline_show (self, neg_thumbnail_view_get_series (view), in_new_viewport);
}

static void
ensure_thumbnails (NegTimelineRow *row, guint n)
{
  while (row->thumbnails->len < n) {
    GtkWidget *view = neg_thumbnail_view_new ();

    g_signal_connect_object (view, "show-requested", G_CALLBACK (show_requested_cb), row->timeline, 0);
    gtk_box_append (GTK_BOX (row->line), view);
    g_ptr_array_add (row->thumbnails, view);
  }
}

static void
show_header (NegTimelineRow *row, const NegPaneRowContent *content, const char *label)
{
  static const char *const classes[] = { "patient", "study", "series", "section", "object", "unreadable" };
  gboolean folds = content->kind == NEG_PANE_ROW_STUDY || content->kind == NEG_PANE_ROW_SECTION;
  const char *css_classes[] = { "row-content", classes[content->kind], NULL };
  g_autofree char *spoken = folds ? g_strdup_printf ("%s, %s", label, content->active ? _ ("unfolded") : _ ("folded"))
                                  : g_strdup (label);

  set_line (row->title, content->title);
  set_line (row->subtitle, content->subtitle);
  set_line (row->details, content->details);
  gtk_widget_set_visible (row->arrow, folds);
  gtk_image_set_from_icon_name (GTK_IMAGE (row->arrow),
                                content->active ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_widget_set_css_classes (row->header, css_classes);
  gtk_widget_set_tooltip_text (row->header, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row->header), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

void
_neg_timeline_fill_row (NegTimeline *self, NegTimelineRow *row)
{
  NegPaneRow *item = gtk_list_item_get_item (row->list_item);
  GPtrArray *series = item != NULL ? neg_pane_row_get (item)->series : NULL;

  if (series == NULL)
    return;
  row->is_filled = TRUE;
  ensure_thumbnails (row, series->len);
  for (guint i = 0; i < row->thumbnails->len; i++)
    neg_thumbnail_view_set_series (g_ptr_array_index (row->thumbnails, i),
                                   i < series->len ? g_ptr_array_index (series, i) : NULL);
  gtk_widget_set_size_request (row->line, -1, -1);
  _neg_timeline_update_marks (self, row);
  _neg_timeline_update_progress (self, row);
  _neg_timeline_update_pictures (self, row, NULL);
}

gboolean
_neg_timeline_fill_near (NegTimeline *self)
{
  int height_px = gtk_widget_get_height (self->scrolled);
  guint n_filled = 0;

  for (guint i = 0; i < self->live->len; i++) {
    NegTimelineRow *row = g_ptr_array_index (self->live, i);
    graphene_rect_t bounds;

    if (row->is_filled || row->changed_handler == 0 || !gtk_widget_get_visible (row->line)
        || gtk_widget_get_height (row->box) == 0 || !gtk_widget_compute_bounds (row->box, self->scrolled, &bounds))
      continue;
    if (bounds.origin.y >= height_px + NEAR_PX || bounds.origin.y + bounds.size.height <= -NEAR_PX)
      continue;
    if (n_filled++ == FILLED_AT_ONCE)
      return TRUE;
    _neg_timeline_fill_row (self, row);
  }
  return FALSE;
}

static void
header_pressed_cb (NegTimelineRow *row)
{
  NegPaneRow *item = gtk_list_item_get_item (row->list_item);

  gtk_widget_grab_focus (row->header);
  if (item != NULL)
    _neg_timeline_toggle (row->timeline, neg_pane_row_get (item)->id);
}

static void
make_header (NegTimelineRow *row)
{
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkGesture *click = gtk_gesture_click_new ();

  row->header = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  row->arrow = g_object_new (GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_widget_set_valign (row->arrow, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (row->header), row->arrow);
  gtk_box_append (GTK_BOX (row->header), texts);
  gtk_widget_set_hexpand (texts, TRUE);
  row->title = add_label (texts, "title", 2);
  row->subtitle = add_label (texts, "subtitle", 3);
  row->details = add_label (texts, "details", 3);
  gtk_widget_set_focusable (row->header, TRUE);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (header_pressed_cb), row);
  gtk_widget_add_controller (row->header, GTK_EVENT_CONTROLLER (click));
  gtk_box_prepend (GTK_BOX (row->box), row->header);
}

static void
show_row_cb (NegPaneRow *item, NegTimelineRow *row)
{
  const NegPaneRowContent *content = neg_pane_row_get (item);
  g_autofree char *label = neg_pane_row_dup_label (item);
  gboolean is_line = content->kind == NEG_PANE_ROW_SERIES;
  GtkWidget *row_widget = gtk_widget_get_parent (row->box);

  if (!is_line && row->header == NULL)
    make_header (row);
  if (row->header != NULL)
    gtk_widget_set_visible (row->header, !is_line);
  gtk_widget_set_visible (row->line, is_line);
  if (!is_line)
    show_header (row, content, label);
  else if (row->is_filled)
    _neg_timeline_fill_row (row->timeline, row);
  else
    gtk_widget_set_size_request (row->line, -1, LINE_HEIGHT_PX);
  /* What is inside takes the focus, the list's own row never does. */
  gtk_widget_set_focusable (row_widget, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row_widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  is_line ? _ ("Series") : label, -1);
}

static void
row_free (gpointer data)
{
  NegTimelineRow *row = data;

  if (row->timeline->live != NULL)
    g_ptr_array_remove_fast (row->timeline->live, row);
  g_ptr_array_unref (row->thumbnails);
  g_free (row);
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, NegTimeline *self)
{
  NegTimelineRow *row = g_new0 (NegTimelineRow, 1);

  row->timeline = self;
  row->list_item = list_item;
  row->thumbnails = g_ptr_array_new ();
  row->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  row->line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, THUMBNAIL_SPACING_PX);
  gtk_box_set_homogeneous (GTK_BOX (row->line), TRUE);
  gtk_widget_set_halign (row->line, GTK_ALIGN_START);
  gtk_widget_add_css_class (row->line, "thumbnail-line");
  gtk_box_append (GTK_BOX (row->box), row->line);
  gtk_list_item_set_child (list_item, row->box);
  gtk_list_item_set_selectable (list_item, FALSE);
  gtk_list_item_set_activatable (list_item, FALSE);
  g_object_set_data_full (G_OBJECT (list_item), "neg-row", row, row_free);
  g_ptr_array_add (self->live, row);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, NegTimeline *self)
{
  NegTimelineRow *row = g_object_get_data (G_OBJECT (list_item), "neg-row");
  NegPaneRow *item = gtk_list_item_get_item (list_item);

  row->changed_handler = g_signal_connect (item, "changed", G_CALLBACK (show_row_cb), row);
  show_row_cb (item, row);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, NegTimeline *self)
{
  NegTimelineRow *row = g_object_get_data (G_OBJECT (list_item), "neg-row");

  g_clear_signal_handler (&row->changed_handler, gtk_list_item_get_item (list_item));
  for (guint i = 0; i < row->thumbnails->len; i++)
    neg_thumbnail_view_set_series (g_ptr_array_index (row->thumbnails, i), NULL);
  row->is_filled = FALSE;
}

GtkListItemFactory *
_neg_timeline_make_factory (NegTimeline *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, 0);
  return factory;
}

/* --- what changes while the row stays --- */

static char *
dup_viewports (NegTimeline *self, NegSeries *series)
{
  GString *text = g_string_new (NULL);
  guint n = self->reading != NULL && series != NULL ? neg_reading_get_n_cells (self->reading) : 0;

  for (guint cell = 0; cell < n; cell++)
    if (neg_reading_is_visible (self->reading, cell) && neg_reading_get_state (self->reading, cell)->series == series)
      g_string_append_printf (text, "%s%u", text->len > 0 ? ", " : "", cell + 1);
  return g_string_free (text, FALSE);
}

void
_neg_timeline_update_marks (NegTimeline *self, NegTimelineRow *row)
{
  for (guint i = 0; i < row->thumbnails->len; i++) {
    NegThumbnailView *view = g_ptr_array_index (row->thumbnails, i);
    g_autofree char *viewports = dup_viewports (self, neg_thumbnail_view_get_series (view));

    neg_thumbnail_view_set_viewports (view, viewports);
  }
}

static guint
count_failed (NegTimeline *self, NegSeries *series)
{
  guint n = 0;

  for (guint i = 0; i < neg_series_get_n_frames (series); i++)
    n += neg_frame_store_has_failed (self->store, series, i) ? 1 : 0;
  return n;
}

void
_neg_timeline_update_progress (NegTimeline *self, NegTimelineRow *row)
{
  for (guint i = 0; i < row->thumbnails->len; i++) {
    NegThumbnailView *view = g_ptr_array_index (row->thumbnails, i);
    NegSeries *series = neg_thumbnail_view_get_series (view);
    guint n_ready = 0, n_failed = 0;

    if (series == NULL)
      continue;
    if (self->store != NULL)
      n_ready = neg_frame_store_get_n_ready (self->store, series);
    if (self->store != NULL && n_ready < neg_series_get_n_frames (series))
      n_failed = count_failed (self, series);
    neg_thumbnail_view_set_progress (view, n_ready, n_failed);
  }
}

static void
show_picture (NegTimeline *self, NegThumbnailView *view, NegSeries *series)
{
  guint size_px = MIN (NEG_THUMBNAIL_VIEW_PX * gtk_widget_get_scale_factor (GTK_WIDGET (self)),
                       NEG_THUMBNAIL_SIZE_MAX_PX);
  const NegThumbnail *thumbnail = self->thumbnails != NULL ? neg_thumbnails_get (self->thumbnails, series, size_px)
                                                           : NULL;
  g_autoptr (GdkTexture) texture = NULL;

  if (neg_cover_hides_series (series)) {
    neg_thumbnail_view_set_picture (view, NULL, NULL); /* which says why */
    return;
  }
  if (thumbnail != NULL && thumbnail->pixels != NULL)
    texture = gdk_memory_texture_new (thumbnail->width, thumbnail->height, GDK_MEMORY_B8G8R8A8_PREMULTIPLIED,
                                      thumbnail->pixels, thumbnail->stride);
  neg_thumbnail_view_set_picture (
      view, texture != NULL ? GDK_PAINTABLE (texture) : NULL,
      thumbnail != NULL && thumbnail->error != NULL ? neg_words_for_error (thumbnail->error) : NULL);
}

void
_neg_timeline_update_pictures (NegTimeline *self, NegTimelineRow *row, NegSeries *only)
{
  for (guint i = 0; i < row->thumbnails->len; i++) {
    NegThumbnailView *view = g_ptr_array_index (row->thumbnails, i);
    NegSeries *series = neg_thumbnail_view_get_series (view);

    if (series != NULL && (only == NULL || series == only))
      show_picture (self, view, series);
  }
}
