#include "config.h"

#include "ui/neg-thumbnail-view.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "reading/neg-cover.h"
#include "ui/neg-pane-rows.h"
#include "ui/neg-popover.h"
#include "ui/neg-privacy.h"

#define SPACING_PX 2

struct _NegThumbnailView {
  GtkWidget parent_instance;

  NegSeries *series;
  char *warnings, *viewports;
  guint n_ready, n_failed;

  GtkWidget *box, *picture, *placeholder, *viewports_label, *progress;
  GtkWidget *name_label, *description_label, *about_label, *warning_label, *failed_label;
  GtkWidget *menu, *details; /* popovers, made when they are first needed */
};

G_DEFINE_FINAL_TYPE (NegThumbnailView, neg_thumbnail_view, GTK_TYPE_WIDGET)

enum { SHOW_REQUESTED, N_SIGNALS };
static guint signals[N_SIGNALS];

NegSeries *
neg_thumbnail_view_get_series (NegThumbnailView *self)
{
  return self->series;
}

static void
append (GString *label, const char *text)
{
  if (text != NULL && *text != '\0')
    g_string_append_printf (label, "%s%s", label->len > 0 ? ", " : "", text);
}

static char *
dup_failed (NegThumbnailView *self)
{
  if (self->n_failed == 0)
    return NULL;
  return g_strdup_printf (ngettext ("%u image failed", "%u images failed", self->n_failed), self->n_failed);
}

static char *
dup_loaded (NegThumbnailView *self)
{
  guint n = neg_series_get_n_frames (self->series);

  if (self->n_ready == 0 || self->n_ready >= n)
    return NULL;
  return g_strdup_printf (_ ("%u of %u loaded"), self->n_ready, n);
}

/* "CT 3: Thorax 1.0, axial, 220 images, volume, shown in viewport 1". */
static void
update_accessible (NegThumbnailView *self)
{
  g_autofree char *name = NULL, *description = NULL, *about = NULL;
  g_autofree char *failed = dup_failed (self);
  g_autofree char *loaded = dup_loaded (self);
  g_autofree char *shown = NULL;
  g_autoptr (GString) label = g_string_new (NULL);

  neg_pane_rows_split_title (self->series, &name, &description, &about);
  g_string_append (label, name);
  if (*description != '\0')
    g_string_append_printf (label, ": %s", description);
  append (label, about);
  append (label, neg_pane_rows_get_kind_word (neg_series_get_kind (self->series)));
  if (*self->viewports != '\0')
    shown = g_strdup_printf (_ ("shown in viewport %s"), self->viewports);
  append (label, shown);
  append (label, loaded);
  append (label, failed);
  append (label, self->warnings);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label->str, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), label->str);
}

static void
set_line (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text != NULL ? text : "") != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
  gtk_widget_set_visible (label, text != NULL && *text != '\0');
}

static void
show_captions (NegThumbnailView *self)
{
  const NegInstance *instance = neg_series_get_frame (self->series, 0)->instance;
  g_autofree char *name = NULL, *description = NULL, *about = NULL, *modality = NULL, *title = NULL, *detail = NULL;
  g_autofree char *mark = self->warnings != NULL ? g_strdup_printf ("⚠ %s", self->warnings) : NULL;
  char *comma;

  neg_pane_rows_split_title (self->series, &name, &description, &about);
  modality = neg_text_dup_shown (NEG_TEXT_SITE, instance->modality);
  title = g_strdup_printf ("%s · %u", name, neg_series_get_n_frames (self->series));
  /* The number of images is in the first line already. */
  comma = g_strrstr (about, ", ");
  if (comma != NULL)
    *comma = '\0';
  else
    *about = '\0';
  detail = g_strdup_printf ("%s%s%s", about, *about != '\0' ? " · " : "",
                            neg_pane_rows_get_kind_word (neg_series_get_kind (self->series)));
  if (neg_series_get_kind (self->series) == NEG_SERIES_IMAGE && *about != '\0')
    set_line (self->about_label, about);
  else
    set_line (self->about_label, detail);
  set_line (self->name_label, title);
  set_line (self->description_label, description);
  set_line (self->warning_label, mark);
  gtk_label_set_text (GTK_LABEL (self->placeholder), neg_cover_hides_series (self->series) ? _ ("covered")
                                                     : *modality != '\0'                   ? modality
                                                                                            : "…");
}

/* One that grew is another object with the same key. */
static gboolean
is_same (NegSeries *one, NegSeries *other)
{
  return one != NULL && other != NULL && strcmp (neg_series_get_key (one), neg_series_get_key (other)) == 0;
}

/* One that waits in the list for the next series has no picture and no word of the one before. */
static void
forget (NegThumbnailView *self)
{
  GtkWidget *const labels[] = { self->name_label, self->description_label, self->about_label, self->warning_label,
                                self->failed_label };

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    set_line (labels[i], NULL);
  gtk_label_set_text (GTK_LABEL (self->placeholder), "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), NULL);
  gtk_accessible_reset_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL);
  neg_thumbnail_view_set_picture (self, NULL, NULL);
}

void
neg_thumbnail_view_set_series (NegThumbnailView *self, NegSeries *series)
{
  g_return_if_fail (NEG_IS_THUMBNAIL_VIEW (self));

  if (series != NULL && neg_series_get_n_frames (series) == 0)
    series = NULL;
  gtk_widget_set_visible (GTK_WIDGET (self), series != NULL);
  if (self->details != NULL && !is_same (self->series, series))
    gtk_popover_popdown (GTK_POPOVER (self->details));
  if (!g_set_object (&self->series, series))
    return;
  if (series == NULL) {
    forget (self);
    return;
  }
  g_free (self->warnings);
  self->warnings = neg_pane_rows_dup_warnings (series);
  self->n_ready = self->n_failed = 0;
  gtk_widget_set_visible (self->progress, FALSE);
  set_line (self->failed_label, NULL);
  show_captions (self);
  update_accessible (self);
}

static void
privacy_changed_cb (NegThumbnailView *self)
{
  if (self->details != NULL)
    gtk_popover_popdown (GTK_POPOVER (self->details));
  if (self->series == NULL)
    return;
  g_free (self->warnings);
  self->warnings = neg_pane_rows_dup_warnings (self->series);
  show_captions (self);
  update_accessible (self);
}

void
neg_thumbnail_view_set_picture (NegThumbnailView *self, GdkPaintable *picture, const char *problem)
{
  g_return_if_fail (NEG_IS_THUMBNAIL_VIEW (self));

  gtk_picture_set_paintable (GTK_PICTURE (self->picture), picture);
  gtk_widget_set_visible (self->placeholder, picture == NULL);
  if (problem != NULL)
    gtk_label_set_text (GTK_LABEL (self->placeholder), problem);
}

gboolean
neg_thumbnail_view_has_picture (NegThumbnailView *self)
{
  return gtk_picture_get_paintable (GTK_PICTURE (self->picture)) != NULL;
}

void
neg_thumbnail_view_set_progress (NegThumbnailView *self, guint n_ready, guint n_failed)
{
  guint n;
  g_autofree char *failed = NULL;

  g_return_if_fail (NEG_IS_THUMBNAIL_VIEW (self));

  if (self->series == NULL || (self->n_ready == n_ready && self->n_failed == n_failed))
    return;
  self->n_ready = n_ready;
  self->n_failed = n_failed;
  n = neg_series_get_n_frames (self->series);
  failed = dup_failed (self);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), MIN (1.0, (double) n_ready / n));
  gtk_widget_set_visible (self->progress, n_ready > 0 && n_ready < n);
  set_line (self->failed_label, failed);
  update_accessible (self);
}

void
neg_thumbnail_view_set_viewports (NegThumbnailView *self, const char *viewports)
{
  g_return_if_fail (NEG_IS_THUMBNAIL_VIEW (self) && viewports != NULL);

  if (self->series == NULL || g_str_equal (self->viewports, viewports))
    return;
  g_free (self->viewports);
  self->viewports = g_strdup (viewports);
  set_line (self->viewports_label, viewports);
  if (*viewports != '\0')
    gtk_widget_add_css_class (GTK_WIDGET (self), "selected");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "selected");
  update_accessible (self);
}

/* --- hands --- */

static void
show_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_signal_emit (widget, signals[SHOW_REQUESTED], 0, FALSE);
}

static void
show_new_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_signal_emit (widget, signals[SHOW_REQUESTED], 0, TRUE);
}

static char *
dup_details (NegThumbnailView *self)
{
  const NegInstance *instance = neg_series_get_frame (self->series, 0)->instance;
  g_autofree char *title = neg_text_dup_shown (NEG_TEXT_FREE, neg_series_get_title (self->series));
  g_autofree char *protocol = neg_text_dup_shown (NEG_TEXT_FREE, instance->protocol_name);
  g_autofree char *uid = neg_text_dup_shown (NEG_TEXT_UID, instance->series_uid);
  GString *text = g_string_new (title);

  g_string_append_printf (text, "\n%s, %u × %u", neg_pane_rows_get_kind_word (neg_series_get_kind (self->series)),
                          instance->columns, instance->rows);
  if (*protocol != '\0')
    g_string_append_printf (text, "\n%s: %s", _ ("Protocol"), protocol);
  g_string_append_printf (text, "\n%s: %s", _ ("Series UID"), uid);
  if (self->warnings != NULL)
    g_string_append_printf (text, "\n\n⚠ %s", self->warnings);
  return g_string_free (text, FALSE);
}

static void
details_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  NegThumbnailView *self = NEG_THUMBNAIL_VIEW (widget);
  g_autofree char *text = dup_details (self);
  GtkWidget *label;

  if (self->details == NULL) {
    label = gtk_label_new (NULL);
    gtk_label_set_selectable (GTK_LABEL (label), TRUE);
    gtk_label_set_wrap (GTK_LABEL (label), TRUE);
    gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
    gtk_label_set_xalign (GTK_LABEL (label), 0);
    self->details = gtk_popover_new ();
    gtk_popover_set_child (GTK_POPOVER (self->details), label);
    gtk_widget_set_parent (self->details, widget);
  }
  gtk_label_set_text (GTK_LABEL (gtk_popover_get_child (GTK_POPOVER (self->details))), text);
  neg_popover_point_to (GTK_POPOVER (self->details),
                        &(GdkRectangle){ 0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget) });
  gtk_popover_popup (GTK_POPOVER (self->details));
}

static void
open_menu (NegThumbnailView *self, double x, double y)
{
  if (self->menu == NULL) {
    g_autoptr (GMenu) menu = g_menu_new ();

    g_menu_append (menu, _ ("Show here"), "thumbnail.show");
    g_menu_append (menu, _ ("Show in a new viewport"), "thumbnail.show-new");
    g_menu_append (menu, _ ("Details"), "thumbnail.details");
    self->menu = gtk_popover_menu_new_from_model (G_MENU_MODEL (menu));
    gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
    gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
    gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  }
  neg_popover_point_to (GTK_POPOVER (self->menu), &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
menu_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  open_menu (NEG_THUMBNAIL_VIEW (widget), 16, 16);
}

static void
pressed_cb (NegThumbnailView *self, int n_press, double x, double y)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (n_press == 2)
    g_signal_emit (self, signals[SHOW_REQUESTED], 0, FALSE);
}

static void
menu_pressed_cb (NegThumbnailView *self, int n_press, double x, double y)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  open_menu (self, x, y);
}

static GdkContentProvider *
prepare_drag_cb (NegThumbnailView *self)
{
  return self->series != NULL ? gdk_content_provider_new_typed (NEG_TYPE_SERIES, self->series) : NULL;
}

static void
drag_begin_cb (GtkDragSource *source, GdkDrag *drag, NegThumbnailView *self)
{
  GdkPaintable *picture = gtk_picture_get_paintable (GTK_PICTURE (self->picture));
  g_autoptr (GdkPaintable) own = NULL;

  if (picture == NULL)
    picture = own = gtk_widget_paintable_new (GTK_WIDGET (self));
  gtk_drag_source_set_icon (source, picture, NEG_THUMBNAIL_VIEW_PX / 2, NEG_THUMBNAIL_VIEW_PX / 2);
}

static void
add_controllers (NegThumbnailView *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *menu_click = gtk_gesture_click_new ();
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu_click), GDK_BUTTON_SECONDARY);
  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (pressed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (menu_click, "pressed", G_CALLBACK (menu_pressed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (source, "prepare", G_CALLBACK (prepare_drag_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (source, "drag-begin", G_CALLBACK (drag_begin_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (menu_click));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));
}

/* --- widgets --- */

static GtkWidget *
new_label (const char *css_class, int n_lines)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 1);
  if (n_lines > 1) {
    gtk_label_set_wrap (GTK_LABEL (label), TRUE);
    gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_lines (GTK_LABEL (label), n_lines);
  }
  gtk_widget_set_visible (label, FALSE);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
add_caption (NegThumbnailView *self, const char *css_class, int n_lines)
{
  GtkWidget *label = new_label (css_class, n_lines);

  gtk_box_append (GTK_BOX (self->box), label);
  return label;
}

static GtkWidget *
make_square (NegThumbnailView *self)
{
  GtkWidget *overlay = gtk_overlay_new ();

  /* What it shows the button's name says. */
  self->picture = g_object_new (GTK_TYPE_PICTURE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_picture_set_can_shrink (GTK_PICTURE (self->picture), TRUE);
  gtk_widget_set_size_request (self->picture, NEG_THUMBNAIL_VIEW_PX, NEG_THUMBNAIL_VIEW_PX);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), self->picture);
  self->placeholder = new_label ("placeholder", 3);
  gtk_label_set_xalign (GTK_LABEL (self->placeholder), 0.5);
  gtk_label_set_justify (GTK_LABEL (self->placeholder), GTK_JUSTIFY_CENTER);
  gtk_widget_set_visible (self->placeholder, TRUE);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->placeholder);
  self->viewports_label = new_label ("viewports", 1);
  gtk_label_set_max_width_chars (GTK_LABEL (self->viewports_label), -1);
  gtk_label_set_ellipsize (GTK_LABEL (self->viewports_label), PANGO_ELLIPSIZE_NONE);
  gtk_widget_set_halign (self->viewports_label, GTK_ALIGN_END);
  gtk_widget_set_valign (self->viewports_label, GTK_ALIGN_START);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->viewports_label);
  self->progress = gtk_progress_bar_new ();
  gtk_widget_set_visible (self->progress, FALSE);
  gtk_widget_set_valign (self->progress, GTK_ALIGN_END);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Images loaded"), -1);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->progress);
  return overlay;
}

static void
neg_thumbnail_view_dispose (GObject *object)
{
  NegThumbnailView *self = NEG_THUMBNAIL_VIEW (object);

  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->details, gtk_widget_unparent);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->series);
  G_OBJECT_CLASS (neg_thumbnail_view_parent_class)->dispose (object);
}

static void
neg_thumbnail_view_finalize (GObject *object)
{
  NegThumbnailView *self = NEG_THUMBNAIL_VIEW (object);

  g_free (self->warnings);
  g_free (self->viewports);
  G_OBJECT_CLASS (neg_thumbnail_view_parent_class)->finalize (object);
}

/* A popover is laid out by the widget that it stands on. */
static void
neg_thumbnail_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  NegThumbnailView *self = NEG_THUMBNAIL_VIEW (widget);

  gtk_widget_size_allocate (self->box, &(GtkAllocation){ 0, 0, width, height }, baseline);
  if (self->menu != NULL)
    gtk_popover_present (GTK_POPOVER (self->menu));
  if (self->details != NULL)
    gtk_popover_present (GTK_POPOVER (self->details));
}

static void
neg_thumbnail_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                            int *minimum_baseline, int *natural_baseline)
{
  gtk_widget_measure (NEG_THUMBNAIL_VIEW (widget)->box, orientation, for_size, minimum, natural, minimum_baseline,
                      natural_baseline);
  if (orientation == GTK_ORIENTATION_HORIZONTAL) /* all of one width, whatever they say */
    *natural = *minimum = MAX (*minimum, NEG_THUMBNAIL_VIEW_PX);
}

static GtkSizeRequestMode
neg_thumbnail_view_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
neg_thumbnail_view_class_init (NegThumbnailViewClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = neg_thumbnail_view_dispose;
  object_class->finalize = neg_thumbnail_view_finalize;
  widget_class->size_allocate = neg_thumbnail_view_size_allocate;
  widget_class->measure = neg_thumbnail_view_measure;
  widget_class->get_request_mode = neg_thumbnail_view_get_request_mode;
  signals[SHOW_REQUESTED] = g_signal_new ("show-requested", NEG_TYPE_THUMBNAIL_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  gtk_widget_class_install_action (widget_class, "thumbnail.show", NULL, show_cb);
  gtk_widget_class_install_action (widget_class, "thumbnail.show-new", NULL, show_new_cb);
  gtk_widget_class_install_action (widget_class, "thumbnail.details", NULL, details_cb);
  gtk_widget_class_install_action (widget_class, "thumbnail.menu", NULL, menu_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, 0, "thumbnail.show", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_Enter, 0, "thumbnail.show", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_space, 0, "thumbnail.show", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "thumbnail.show-new", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Menu, 0, "thumbnail.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, "thumbnail.menu", NULL);
  gtk_widget_class_set_css_name (widget_class, "neg-thumbnail");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_BUTTON);
}

static void
neg_thumbnail_view_init (NegThumbnailView *self)
{
  self->viewports = g_strdup ("");
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  gtk_box_append (GTK_BOX (self->box), make_square (self));
  self->name_label = add_caption (self, "name", 1);
  self->description_label = add_caption (self, "description", 1);
  self->about_label = add_caption (self, "about", 1);
  self->warning_label = add_caption (self, "attention", 2);
  self->failed_label = add_caption (self, "danger", 1);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_START);
  gtk_widget_add_css_class (GTK_WIDGET (self), "thumbnail");
  add_controllers (self);
}

GtkWidget *
neg_thumbnail_view_new (void)
{
  return g_object_new (NEG_TYPE_THUMBNAIL_VIEW, NULL);
}
