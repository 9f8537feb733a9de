#include "config.h"

#include "ui/neg-recorder-marks.h"

#include <glib/gi18n-lib.h>
#include <pango/pangocairo.h>
#include <string.h>

#define RING_US 500000
#define WORDS_US 1500000
#define RING_PX 22
#define WORDS_MARGIN_PX 46 /* above the status line */

struct _NegRecorderMarks {
  GtkWindow *window; /* weak */
  NegWindowPicture *picture;
  GtkEventController *motion, *keys;
  GtkGesture *clicks;
  double x, y; /* of the window */
  gboolean is_inside, has_moved, is_pressed;
  double ring_x, ring_y;
  gint64 ring_us, words_us; /* since when; 0: not */
  char *words;
  guint repeats;
};

/* --- What happens --- */

static void
move_to (NegRecorderMarks *marks, double x, double y)
{
  if (neg_window_picture_find_point (marks->picture, GTK_WIDGET (marks->window), x, y, &marks->x, &marks->y))
    marks->is_inside = marks->has_moved = TRUE;
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, gpointer data)
{
  move_to (data, x, y);
}

static void
leave_cb (GtkEventControllerMotion *controller, gpointer data)
{
  NegRecorderMarks *marks = data;

  marks->is_inside = FALSE;
  marks->has_moved = TRUE;
}

static void
pressed_cb (GtkGestureClick *gesture, int n, double x, double y, gpointer data)
{
  NegRecorderMarks *marks = data;

  move_to (marks, x, y);
  marks->ring_x = marks->x;
  marks->ring_y = marks->y;
  marks->ring_us = g_get_monotonic_time ();
  marks->is_pressed = TRUE;
}

static void
released_cb (NegRecorderMarks *marks)
{
  marks->is_pressed = FALSE;
  marks->ring_us = g_get_monotonic_time ();
}

static gboolean
types_text (GtkWindow *window)
{
  GtkWidget *focus = gtk_window_get_focus (window);

  return focus != NULL && (GTK_IS_EDITABLE (focus) || GTK_IS_TEXT (focus) || GTK_IS_TEXT_VIEW (focus));
}

static gboolean
is_modifier (guint keyval)
{
  return (keyval >= GDK_KEY_Shift_L && keyval <= GDK_KEY_Hyper_R) || keyval == GDK_KEY_ISO_Level3_Shift
         || keyval == GDK_KEY_Num_Lock;
}

/* What writes a character into an entry, or could. */
static gboolean
is_typed (guint keyval, GdkModifierType state)
{
  gboolean writes = gdk_keyval_to_unicode (keyval) >= 0x20 && keyval != GDK_KEY_Delete && keyval != GDK_KEY_Escape;

  return writes && (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) == 0;
}

static gboolean
key_cb (GtkEventControllerKey *controller, guint keyval, guint keycode, GdkModifierType state, gpointer data)
{
  NegRecorderMarks *marks = data;
  g_autofree char *words = NULL;

  if (is_modifier (keyval) || (types_text (marks->window) && is_typed (keyval, state)))
    return FALSE;
  state &= GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK;
  if (gdk_keyval_to_unicode (keyval) > 0x20 && gdk_keyval_to_upper (keyval) == gdk_keyval_to_lower (keyval))
    state &= ~GDK_SHIFT_MASK; /* it is in the character already */
  words = gtk_accelerator_get_label (gdk_keyval_to_lower (keyval), state);
  marks->repeats = g_strcmp0 (words, marks->words) == 0 && marks->words_us != 0 ? marks->repeats + 1 : 1;
  g_free (marks->words);
  marks->words = g_steal_pointer (&words);
  marks->words_us = g_get_monotonic_time ();
  marks->has_moved = TRUE;
  return FALSE;
}

static void
listen (NegRecorderMarks *marks, GtkEventController *controller)
{
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (GTK_WIDGET (marks->window), controller);
}

NegRecorderMarks *
neg_recorder_marks_new (GtkWindow *window, NegWindowPicture *picture)
{
  NegRecorderMarks *marks = g_new0 (NegRecorderMarks, 1);

  g_set_weak_pointer (&marks->window, window);
  marks->picture = picture;
  marks->motion = gtk_event_controller_motion_new ();
  marks->keys = gtk_event_controller_key_new ();
  marks->clicks = gtk_gesture_click_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (marks->clicks), 0);
  g_signal_connect (marks->motion, "motion", G_CALLBACK (motion_cb), marks);
  g_signal_connect (marks->motion, "enter", G_CALLBACK (motion_cb), marks);
  g_signal_connect (marks->motion, "leave", G_CALLBACK (leave_cb), marks);
  g_signal_connect (marks->clicks, "pressed", G_CALLBACK (pressed_cb), marks);
  g_signal_connect_swapped (marks->clicks, "released", G_CALLBACK (released_cb), marks);
  g_signal_connect_swapped (marks->clicks, "unpaired-release", G_CALLBACK (released_cb), marks);
  g_signal_connect (marks->keys, "key-pressed", G_CALLBACK (key_cb), marks);
  listen (marks, marks->motion);
  listen (marks, marks->keys);
  listen (marks, GTK_EVENT_CONTROLLER (marks->clicks));
  return marks;
}

void
neg_recorder_marks_free (NegRecorderMarks *marks)
{
  if (marks == NULL)
    return;
  if (marks->window != NULL) {
    gtk_widget_remove_controller (GTK_WIDGET (marks->window), marks->motion);
    gtk_widget_remove_controller (GTK_WIDGET (marks->window), marks->keys);
    gtk_widget_remove_controller (GTK_WIDGET (marks->window), GTK_EVENT_CONTROLLER (marks->clicks));
  }
  g_clear_weak_pointer (&marks->window);
  g_free (marks->words);
  g_free (marks);
}

/* --- What is drawn --- */

gboolean
neg_recorder_marks_have_changed (NegRecorderMarks *marks, gint64 now_us)
{
  if (marks->has_moved || (marks->ring_us != 0 && !marks->is_pressed))
    return TRUE;
  return marks->words_us != 0 && now_us - marks->words_us > WORDS_US;
}

static void
draw_pointer (cairo_t *cr, double x, double y)
{
  static const double corners[][2] = { { 0, 0 },   { 0, 17 },    { 4, 13.2 }, { 6.8, 19.4 },
                                       { 9.6, 18.2 }, { 6.9, 12.2 }, { 12.3, 12 } };

  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_move_to (cr, 0, 0);
  for (guint i = 1; i < G_N_ELEMENTS (corners); i++)
    cairo_line_to (cr, corners[i][0], corners[i][1]);
  cairo_close_path (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_fill_preserve (cr);
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_set_line_width (cr, 1.2);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
draw_ring (NegRecorderMarks *marks, cairo_t *cr, double x, double y, gint64 now_us)
{
  double part = marks->is_pressed ? 0 : CLAMP ((double) (now_us - marks->ring_us) / RING_US, 0, 1);

  cairo_new_path (cr);
  cairo_arc (cr, x, y, RING_PX * (0.6 + 0.4 * part), 0, 2 * G_PI);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.5 * (1 - part));
  cairo_set_line_width (cr, 6);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgba (cr, 1, 0.78, 0.1, 1 - part);
  cairo_set_line_width (cr, 3);
  cairo_stroke (cr);
}

static void
draw_words (NegRecorderMarks *marks, cairo_t *cr)
{
  g_autofree char *text
      = marks->repeats > 1 ? g_strdup_printf ("%s × %u", marks->words, marks->repeats) : g_strdup (marks->words);
  cairo_surface_t *surface = cairo_get_target (cr);
  PangoLayout *layout = pango_cairo_create_layout (cr);
  PangoFontDescription *font = pango_font_description_from_string ("Sans Bold 17");
  int width, height;
  double x, y;

  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, &width, &height);
  x = (cairo_image_surface_get_width (surface) - width) / 2;
  y = cairo_image_surface_get_height (surface) - WORDS_MARGIN_PX - height;
  cairo_set_source_rgba (cr, 0.05, 0.05, 0.05, 0.85);
  cairo_rectangle (cr, x - 16, y - 8, width + 32, height + 16);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_move_to (cr, x, y);
  pango_cairo_show_layout (cr, layout);
  pango_font_description_free (font);
  g_object_unref (layout);
}

void
neg_recorder_marks_draw (NegRecorderMarks *marks, cairo_t *cr, gint64 now_us)
{
  double scale, x_px, y_px;

  neg_window_picture_get_place (marks->picture, &scale, &x_px, &y_px);
  if (marks->ring_us != 0 && !marks->is_pressed && now_us - marks->ring_us > RING_US)
    marks->ring_us = 0;
  if (marks->words_us != 0 && now_us - marks->words_us > WORDS_US)
    marks->words_us = 0;
  if (marks->ring_us != 0)
    draw_ring (marks, cr, x_px + scale * (marks->is_pressed ? marks->x : marks->ring_x),
               y_px + scale * (marks->is_pressed ? marks->y : marks->ring_y), now_us);
  if (marks->is_inside)
    draw_pointer (cr, x_px + scale * marks->x, y_px + scale * marks->y);
  if (marks->words_us != 0)
    draw_words (marks, cr);
  marks->has_moved = FALSE;
}
