#include "config.h"

#include "ui/neg-volume-page.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "reading/neg-plane-caption.h"
#include "ui/neg-accessible.h"
#include "ui/neg-privacy.h"

#define SLIDER_MAX_MM 100.0
#define DIGITS_MAX 6 /* of a window */
#define GESTURE_US G_USEC_PER_SEC /* changes that follow each other as fast are one */

struct _NegVolumePage {
  GtkWidget parent_instance;

  NegReading *reading;
  NegVolumeReading *volumes; /* nullable */
  GSignalGroup *volume_signals, *mpr_signals;
  NegMprPlane plane;
  GtkWidget *box, *empty, *content;
  GtkWidget *slab_title, *slab_slider, *slab_spin, *projection, *slab_shared, *window_shared, *zoom_shared;
  GtkWidget *fused, *opacity, *color_map, *low, *high, *unit, *no_suv;
  double low_shown, high_shown; /* what the numbers said before a hand changed one of them */
  GtkWidget *fourth, *preset, *clipped;
  GPtrArray *fusable; /* NegSeries: what the list offers after its first line */
  guint gesture;
  gint64 changed_us;
  gboolean is_updating; /* from what is, not by a hand */
  guint tick;
};

G_DEFINE_FINAL_TYPE (NegVolumePage, neg_volume_page, GTK_TYPE_WIDGET)

enum { SHOW_REQUESTED, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

static NegMpr *
get_mpr (NegVolumePage *self)
{
  return neg_volume_reading_get_mpr (self->volumes);
}

/* A slider that moves is one step of undo. */
static NegMpr *
begin (NegVolumePage *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->gesture == 0 || now_us - self->changed_us > GESTURE_US)
    self->gesture = neg_reading_new_gesture (self->reading);
  self->changed_us = now_us;
  neg_mpr_mark_step (get_mpr (self), self->gesture);
  return get_mpr (self);
}

static gboolean
is_by_hand (NegVolumePage *self)
{
  return self->volumes != NULL && !self->is_updating;
}

/* --- From what is --- */

static void
set_spin (GtkWidget *spin, double value)
{
  if (fabs (gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin)) - value) > 1e-9)
    gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), value);
}

static void
set_choice (GtkWidget *choice, guint selected)
{
  if (gtk_drop_down_get_selected (GTK_DROP_DOWN (choice)) != selected)
    gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), selected);
}

static void
update_slab (NegVolumePage *self)
{
  NegMpr *mpr = get_mpr (self);
  double slab_mm = neg_mpr_get_slab_mm (mpr, self->plane);
  g_autofree char *title = neg_mpr_is_slab_shared (mpr)
                               ? g_strdup (_ ("Slab, of all planes"))
                               : g_strdup_printf (_ ("Slab: %s"), neg_plane_caption_get_name (self->plane));

  gtk_label_set_text (GTK_LABEL (self->slab_title), title);
  gtk_range_set_value (GTK_RANGE (self->slab_slider), MIN (slab_mm, SLIDER_MAX_MM));
  set_spin (self->slab_spin, slab_mm);
  set_choice (self->projection, neg_mpr_get_projection (mpr, self->plane));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->slab_shared), neg_mpr_is_slab_shared (mpr));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->window_shared), neg_mpr_is_window_shared (mpr));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->zoom_shared), neg_mpr_is_zoom_shared (mpr));
}

static gboolean
is_same_list (GPtrArray *one, GPtrArray *other)
{
  if (one == NULL || one->len != other->len)
    return FALSE;
  for (guint i = 0; i < one->len; i++)
    if (g_ptr_array_index (one, i) != g_ptr_array_index (other, i))
      return FALSE;
  return TRUE;
}

/* Without a volume no series is named, in sight or not. */
static void
list_fusable (NegVolumePage *self)
{
  g_autoptr (GPtrArray) now = self->volumes != NULL ? neg_volume_reading_list_fusable (self->volumes) : g_ptr_array_new ();
  g_autoptr (GtkStringList) names = NULL;

  if (is_same_list (self->fusable, now))
    return;
  names = gtk_string_list_new ((const char *const[]){ _ ("Nothing"), NULL });
  for (guint i = 0; i < now->len; i++) {
    g_autofree char *title = neg_text_dup_shown (NEG_TEXT_FREE, neg_series_get_title (g_ptr_array_index (now, i)));

    gtk_string_list_append (names, title);
  }
  g_clear_pointer (&self->fusable, g_ptr_array_unref);
  self->fusable = g_steal_pointer (&now);
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->fused), G_LIST_MODEL (names));
}

/* A tenth to a fiftieth of the window, in round numbers: windows of diffusion are thousandths, those of counts ten thousands. */
static double
get_window_step (double width)
{
  double decade = pow (10, floor (log10 (CLAMP (width, 1e-6, 1e6)) - 1));

  return MAX (width / decade >= 50 ? decade * 5 : decade, pow (10, -DIGITS_MAX));
}

static void
update_window (NegVolumePage *self)
{
  const char *unit = neg_volume_reading_get_fused_unit (self->volumes);
  const char *reason = neg_volume_reading_get_suv_reason (self->volumes);
  double low, high;

  neg_volume_reading_get_fused_window (self->volumes, &low, &high);
  for (guint i = 0; i < 2; i++) {
    GtkSpinButton *spin = GTK_SPIN_BUTTON (i == 0 ? self->low : self->high);
    double step = get_window_step (high - low);

    gtk_spin_button_set_digits (spin, (guint) CLAMP (ceil (-log10 (step)), 1, DIGITS_MAX));
    gtk_spin_button_set_increments (spin, step, 5 * step);
    set_spin (GTK_WIDGET (spin), i == 0 ? low : high);
  }
  self->low_shown = low;
  self->high_shown = high;
  gtk_label_set_text (GTK_LABEL (self->unit), g_strcmp0 (unit, "g/ml") == 0 ? _ ("SUV (g/ml)") : unit);
  gtk_label_set_text (GTK_LABEL (self->no_suv), reason != NULL ? reason : "");
  gtk_widget_set_visible (self->no_suv, reason != NULL);
}

static void
update_fusion (NegVolumePage *self)
{
  NegSeries *fused = neg_volume_reading_get_fused (self->volumes);
  GtkWidget *const parts[] = { self->opacity, self->color_map, self->low, self->high };
  guint place = 0;

  list_fusable (self);
  set_choice (self->fused, fused != NULL && g_ptr_array_find (self->fusable, fused, &place) ? place + 1 : 0);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_widget_set_visible (gtk_widget_get_parent (parts[i]), fused != NULL);
  gtk_range_set_value (GTK_RANGE (self->opacity), neg_volume_reading_get_opacity (self->volumes) * 100);
  set_choice (self->color_map, neg_volume_reading_get_color_map (self->volumes));
  if (fused != NULL)
    update_window (self);
  gtk_widget_set_visible (self->unit, fused != NULL);
  if (fused == NULL)
    gtk_widget_set_visible (self->no_suv, FALSE);
}

static void
update_fourth (NegVolumePage *self)
{
  NegFourth fourth = neg_volume_reading_get_fourth (self->volumes);

  set_choice (self->fourth, fourth);
  set_choice (self->preset, MIN (neg_volume_reading_get_preset (self->volumes), NEG_RAYCAST_MIP - 1));
  gtk_widget_set_sensitive (self->preset, fourth == NEG_FOURTH_RENDERING);
  gtk_widget_set_sensitive (self->clipped, fourth == NEG_FOURTH_RENDERING);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->clipped), neg_volume_reading_is_clipped (self->volumes));
}

static void
update (NegVolumePage *self)
{
  self->is_updating = TRUE;
  gtk_widget_set_visible (self->empty, self->volumes == NULL);
  gtk_widget_set_visible (self->content, self->volumes != NULL);
  if (self->volumes != NULL) {
    update_slab (self);
    update_fusion (self);
    update_fourth (self);
  } else {
    list_fusable (self);
  }
  self->is_updating = FALSE;
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  NegVolumePage *self = NEG_VOLUME_PAGE (widget);

  self->tick = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (NegVolumePage *self)
{
  if (self->tick == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

void
neg_volume_page_set_volumes (NegVolumePage *self, NegVolumeReading *volumes)
{
  g_return_if_fail (NEG_IS_VOLUME_PAGE (self));

  g_set_object (&self->volumes, volumes);
  g_clear_pointer (&self->fusable, g_ptr_array_unref);
  g_signal_group_set_target (self->volume_signals, volumes);
  g_signal_group_set_target (self->mpr_signals, volumes != NULL ? get_mpr (self) : NULL);
  update (self);
}

void
neg_volume_page_set_plane (NegVolumePage *self, NegMprPlane plane)
{
  g_return_if_fail (NEG_IS_VOLUME_PAGE (self) && plane < NEG_MPR_N_PLANES);

  self->plane = plane;
  schedule (self);
}

/* --- By a hand --- */

static void
set_slab (NegVolumePage *self, double slab_mm)
{
  if (is_by_hand (self) && fabs (neg_mpr_get_slab_mm (get_mpr (self), self->plane) - slab_mm) > 1e-9)
    neg_mpr_set_slab (begin (self), self->plane, slab_mm, neg_mpr_get_projection (get_mpr (self), self->plane));
}

static void
slider_cb (NegVolumePage *self)
{
  double value = gtk_range_get_value (GTK_RANGE (self->slab_slider));

  /* At its end it may stand for more. */
  if (is_by_hand (self) && !(value >= SLIDER_MAX_MM && neg_mpr_get_slab_mm (get_mpr (self), self->plane) > value))
    set_slab (self, round (value * 2) / 2);
}

static void
spin_cb (NegVolumePage *self)
{
  set_slab (self, gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->slab_spin)));
}

static void
projection_cb (NegVolumePage *self)
{
  if (is_by_hand (self))
    neg_mpr_set_slab (begin (self), self->plane, neg_mpr_get_slab_mm (get_mpr (self), self->plane),
                      MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->projection)), NEG_PROJECTION_N - 1));
}

static void
shared_cb (NegVolumePage *self)
{
  if (!is_by_hand (self))
    return;
  neg_mpr_set_slab_shared (get_mpr (self), gtk_check_button_get_active (GTK_CHECK_BUTTON (self->slab_shared)));
  neg_mpr_set_window_shared (get_mpr (self), gtk_check_button_get_active (GTK_CHECK_BUTTON (self->window_shared)));
  neg_mpr_set_zoom_shared (get_mpr (self), gtk_check_button_get_active (GTK_CHECK_BUTTON (self->zoom_shared)));
}

static void
fused_cb (NegVolumePage *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->fused));
  g_autoptr (GError) error = NULL;

  if (!is_by_hand (self) || self->fusable == NULL || selected > self->fusable->len)
    return;
  if (!neg_volume_reading_set_fused (self->volumes,
                                     selected > 0 ? g_ptr_array_index (self->fusable, selected - 1) : NULL, &error)) {
    g_signal_emit (self, signals[FAILED], 0, error);
    schedule (self);
  }
}

static void
opacity_cb (NegVolumePage *self)
{
  if (is_by_hand (self))
    neg_volume_reading_set_opacity (self->volumes, gtk_range_get_value (GTK_RANGE (self->opacity)) / 100);
}

static void
color_map_cb (NegVolumePage *self)
{
  if (is_by_hand (self))
    neg_volume_reading_set_color_map (
        self->volumes, MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->color_map)), NEG_COLOR_MAP_N - 1));
}

/* The end that a hand moves beyond the other one takes it along: what the numbers say is what is drawn. */
static void
window_cb (NegVolumePage *self)
{
  double low = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->low));
  double high = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->high));
  double width = self->high_shown - self->low_shown;
  /* What the digits do not show is no change: the focus that leaves a number reads it anew. */
  double least = pow (10, -(double) gtk_spin_button_get_digits (GTK_SPIN_BUTTON (self->low))) * 0.51;
  gboolean is_low = fabs (low - self->low_shown) > least;

  if (!is_by_hand (self) || (!is_low && !(fabs (high - self->high_shown) > least)))
    return;
  if (!(high > low) && is_low)
    high = low + width;
  else if (!(high > low))
    low = high - width;
  neg_volume_reading_set_fused_window (self->volumes, low, high);
  schedule (self);
}

static void
fourth_cb (NegVolumePage *self)
{
  if (is_by_hand (self))
    neg_volume_reading_set_fourth (self->volumes,
                                   MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->fourth)), NEG_FOURTH_N - 1));
}

static void
preset_cb (NegVolumePage *self)
{
  if (is_by_hand (self))
    neg_volume_reading_set_preset (
        self->volumes, MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->preset)), NEG_RAYCAST_MIP - 1));
}

static void
clipped_cb (NegVolumePage *self)
{
  if (is_by_hand (self))
    neg_volume_reading_set_clipped (self->volumes, gtk_check_button_get_active (GTK_CHECK_BUTTON (self->clipped)));
}

static void
reset_cb (NegVolumePage *self)
{
  if (self->volumes != NULL)
    neg_mpr_reset (begin (self));
}

static void
show_cb (NegVolumePage *self)
{
  g_signal_emit (self, signals[SHOW_REQUESTED], 0);
}

/* --- Its parts --- */

static GtkWidget *
add_title (NegVolumePage *self, const char *title)
{
  GtkWidget *label = gtk_label_new (title);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, "group-title");
  gtk_box_append (GTK_BOX (self->content), label);
  return label;
}

/* A control with what it is for above it, or beside it where it is small. */
static GtkWidget *
add_row (NegVolumePage *self, const char *name, GtkWidget *control, gboolean is_long)
{
  gboolean is_wide = is_long;
  GtkWidget *row = gtk_box_new (is_wide ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL, is_wide ? 0 : 8);
  GtkWidget *label = gtk_label_new (name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (row, "field");
  gtk_widget_add_css_class (label, "dim");
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), control);
  gtk_box_append (GTK_BOX (self->content), row);
  neg_accessible_set_name (control, name);
  return control;
}

static GtkWidget *
add_slider (NegVolumePage *self, const char *name, double most, double step, GCallback changed)
{
  GtkWidget *slider = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0, most, step);

  gtk_scale_set_draw_value (GTK_SCALE (slider), FALSE);
  g_signal_connect_object (slider, "value-changed", changed, self, G_CONNECT_SWAPPED);
  return add_row (self, name, slider, TRUE);
}

static GtkWidget *
add_spin (NegVolumePage *self, const char *name, double least, double most, double step, GCallback changed)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (least, most, step);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), 1);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 7);
  g_signal_connect_object (spin, "value-changed", changed, self, G_CONNECT_SWAPPED);
  return add_row (self, name, spin, FALSE);
}

static GtkWidget *
add_choice (NegVolumePage *self, const char *name, const char *const *names, gboolean is_long, GCallback changed)
{
  GtkWidget *choice = gtk_drop_down_new_from_strings (names);

  g_signal_connect_object (choice, "notify::selected", changed, self, G_CONNECT_SWAPPED);
  return add_row (self, name, choice, is_long);
}

static GtkWidget *
add_check (NegVolumePage *self, const char *name, GCallback changed)
{
  GtkWidget *check = gtk_check_button_new_with_label (name);

  g_signal_connect_object (check, "toggled", changed, self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->content), check);
  return check;
}

static GtkWidget *
add_words (NegVolumePage *self)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, "dim");
  gtk_box_append (GTK_BOX (self->content), label);
  return label;
}

static GtkWidget *
new_button (NegVolumePage *self, const char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  return button;
}

static void
add_slab (NegVolumePage *self)
{
  const char *const projections[] = { neg_plane_caption_get_projection (NEG_PROJECTION_MIP),
                                      neg_plane_caption_get_projection (NEG_PROJECTION_MINIP),
                                      neg_plane_caption_get_projection (NEG_PROJECTION_MEAN), NULL };

  self->slab_title = add_title (self, NULL);
  self->slab_slider = add_slider (self, _ ("Thickness"), SLIDER_MAX_MM, 0.5, G_CALLBACK (slider_cb));
  self->slab_spin = add_spin (self, _ ("Thickness, mm"), 0, NEG_MPR_SLAB_MAX_MM, 0.5, G_CALLBACK (spin_cb));
  self->projection = add_choice (self, _ ("Shows"), projections, FALSE, G_CALLBACK (projection_cb));
  add_title (self, _ ("All planes alike"));
  self->slab_shared = add_check (self, _ ("Slab"), G_CALLBACK (shared_cb));
  self->window_shared = add_check (self, _ ("Window"), G_CALLBACK (shared_cb));
  self->zoom_shared = add_check (self, _ ("Zoom"), G_CALLBACK (shared_cb));
}

static void
add_fusion (NegVolumePage *self)
{
  const char *const nothing[] = { _ ("Nothing"), NULL };
  const char *const maps[]
      = { _ ("Grey"), _ ("Hot iron"), _ ("PET"), _ ("Hot metal blue"), _ ("PET, 20 steps"), _ ("Rainbow"), NULL };

  G_STATIC_ASSERT (G_N_ELEMENTS (maps) == NEG_COLOR_MAP_N + 1);
  add_title (self, _ ("Laid over"));
  self->fused = add_choice (self, _ ("Series"), nothing, TRUE, G_CALLBACK (fused_cb));
  self->opacity = add_slider (self, _ ("Opacity, %"), 100, 1, G_CALLBACK (opacity_cb));
  self->color_map = add_choice (self, _ ("Colours"), maps, FALSE, G_CALLBACK (color_map_cb));
  self->low = add_spin (self, _ ("From"), -1e9, 1e9, 0.5, G_CALLBACK (window_cb));
  self->high = add_spin (self, _ ("To"), -1e9, 1e9, 0.5, G_CALLBACK (window_cb));
  self->unit = add_words (self);
  self->no_suv = add_words (self);
}

static void
add_fourth (NegVolumePage *self)
{
  const char *const fourths[] = { _ ("Free plane"), _ ("Volume rendering"), _ ("Turning MIP"), NULL };
  const char *const presets[] = { _ ("Bone"), _ ("Vessels"), _ ("Skin"), NULL };

  G_STATIC_ASSERT (G_N_ELEMENTS (fourths) == NEG_FOURTH_N + 1 && G_N_ELEMENTS (presets) == NEG_RAYCAST_MIP + 1);
  add_title (self, _ ("Fourth viewport"));
  self->fourth = add_choice (self, _ ("Fourth viewport"), fourths, TRUE, G_CALLBACK (fourth_cb));
  self->preset = add_choice (self, _ ("Tissue"), presets, FALSE, G_CALLBACK (preset_cb));
  self->clipped = add_check (self, _ ("Cut away in front of the planes"), G_CALLBACK (clipped_cb));
}

/* What would be here, and the one thing to do next. */
static GtkWidget *
new_empty (NegVolumePage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *words = gtk_label_new (_ ("Slabs, PET over CT and volume rendering are set here while planes of a volume "
                                       "are shown."));

  gtk_label_set_wrap (GTK_LABEL (words), TRUE);
  gtk_label_set_xalign (GTK_LABEL (words), 0);
  gtk_widget_add_css_class (box, "empty-page");
  gtk_box_append (GTK_BOX (box), words);
  gtk_box_append (GTK_BOX (box), new_button (self, _ ("Show the planes"), G_CALLBACK (show_cb)));
  return box;
}

/* --- Widget --- */

static void
neg_volume_page_map (GtkWidget *widget)
{
  update (NEG_VOLUME_PAGE (widget)); /* before it is painted */
  GTK_WIDGET_CLASS (neg_volume_page_parent_class)->map (widget);
}

static void
neg_volume_page_dispose (GObject *object)
{
  NegVolumePage *self = NEG_VOLUME_PAGE (object);

  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_object (&self->volume_signals);
  g_clear_object (&self->mpr_signals);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->fusable, g_ptr_array_unref);
  g_clear_object (&self->volumes);
  g_clear_object (&self->reading);
  G_OBJECT_CLASS (neg_volume_page_parent_class)->dispose (object);
}

static void
neg_volume_page_class_init (NegVolumePageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_volume_page_dispose;
  widget_class->map = neg_volume_page_map;
  signals[SHOW_REQUESTED]
      = g_signal_new ("show-requested", NEG_TYPE_VOLUME_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", NEG_TYPE_VOLUME_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                  1, G_TYPE_ERROR);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "neg-volume-page");
}

static void
make_signal_groups (NegVolumePage *self)
{
  self->volume_signals = g_signal_group_new (NEG_TYPE_VOLUME_READING);
  self->mpr_signals = g_signal_group_new (NEG_TYPE_MPR);
  g_signal_group_connect_swapped (self->volume_signals, "changed", G_CALLBACK (schedule), self);
  g_signal_group_connect_swapped (self->mpr_signals, "changed", G_CALLBACK (schedule), self);
}

/* The same series by other names. */
static void
privacy_changed_cb (NegVolumePage *self)
{
  g_clear_pointer (&self->fusable, g_ptr_array_unref);
  update (self);
}

static void
neg_volume_page_init (NegVolumePage *self)
{
  GtkWidget *both = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  make_signal_groups (self);
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  self->content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  gtk_widget_add_css_class (self->content, "fields");
  add_slab (self);
  add_fusion (self);
  add_fourth (self);
  gtk_box_append (GTK_BOX (self->content), new_button (self, _ ("Planes as at first"), G_CALLBACK (reset_cb)));
  self->empty = new_empty (self);
  gtk_box_append (GTK_BOX (both), self->empty);
  gtk_box_append (GTK_BOX (both), self->content);
  self->box = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->box), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->box), both);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  update (self);
}

NegVolumePage *
neg_volume_page_new (NegReading *reading)
{
  NegVolumePage *self = g_object_new (NEG_TYPE_VOLUME_PAGE, NULL);

  self->reading = g_object_ref (reading);
  return self;
}
