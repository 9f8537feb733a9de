#include "config.h"

#include "ui/neg-player.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-accessible.h"
#include "ui/neg-player-picture.h"

#define STEP_US (5 * G_USEC_PER_SEC)
#define DEFAULT_SPEED 2

static const double speeds[] = { 0.5, 0.75, 1, 1.25, 1.5, 2 };

struct _NegPlayer {
  GtkWidget parent_instance;

  NegPlay *play;              /* nullable */
  NegVtt *captions, *chapters; /* nullable */
  gboolean captions_on, filling;
  guint speed; /* of speeds */

  GtkWidget *body, *picture, *note, *caption, *seek, *play_button, *time, *speed_button, *captions_button, *sound_button;
  GtkWidget *screen_button, *chapter_row, *chapter;
  GtkWidget *away;    /* in place of the body while it has a screen of its own */
  GtkWindow *screen;  /* that; nullable */
};

G_DEFINE_FINAL_TYPE (NegPlayer, neg_player, GTK_TYPE_WIDGET)

enum { PLAYED, CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- what is shown --- */

static void
set_named_icon (GtkWidget *button, const char *icon, const char *name)
{
  if (g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (button)), icon) == 0)
    return;
  gtk_button_set_icon_name (GTK_BUTTON (button), icon);
  gtk_widget_set_tooltip_text (button, name);
  neg_accessible_set_name (button, name);
}

static void
set_text (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
}

static char *
dup_time (gint64 time_us)
{
  gint64 seconds = time_us / G_USEC_PER_SEC;

  return seconds >= 3600 ? g_strdup_printf ("%d:%02d:%02d", (int) (seconds / 3600), (int) (seconds / 60 % 60), (int) (seconds % 60))
                         : g_strdup_printf ("%d:%02d", (int) (seconds / 60), (int) (seconds % 60));
}

static void
update_captions (NegPlayer *self, gint64 position_us)
{
  int i = self->captions != NULL && self->captions_on ? neg_vtt_find (self->captions, position_us) : -1;

  set_text (self->caption, i >= 0 ? neg_vtt_get_cue (self->captions, i)->text : "");
  gtk_widget_set_visible (self->caption, self->captions != NULL && self->captions_on);
  gtk_widget_set_sensitive (self->captions_button, self->captions != NULL);
  i = self->chapters != NULL ? neg_vtt_find_begun (self->chapters, position_us) : -1;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->chapter), i >= 0 ? (guint) i : 0);
}

static void
update_note (NegPlayer *self)
{
  const GError *error = self->play != NULL ? neg_play_get_error (self->play) : NULL;

  if (error != NULL)
    set_text (self->note, error->message);
  gtk_widget_set_visible (self->note, *gtk_label_get_text (GTK_LABEL (self->note)) != '\0');
}

/* Where chapters begin; GTK places marks by the range that holds when they are made. */
static void
set_range (NegPlayer *self, gint64 duration_us)
{
  GtkAdjustment *adjustment = gtk_range_get_adjustment (GTK_RANGE (self->seek));
  double upper = MAX (duration_us, 1) / (double) G_USEC_PER_SEC;

  if (gtk_adjustment_get_upper (adjustment) == upper)
    return;
  gtk_range_set_range (GTK_RANGE (self->seek), 0, upper);
  gtk_scale_clear_marks (GTK_SCALE (self->seek));
  for (guint i = 0; self->chapters != NULL && i < neg_vtt_get_n_cues (self->chapters); i++)
    gtk_scale_add_mark (GTK_SCALE (self->seek), neg_vtt_get_cue (self->chapters, i)->start_us / (double) G_USEC_PER_SEC,
                        GTK_POS_BOTTOM, NULL);
}

static void
update (NegPlayer *self)
{
  gint64 position_us = neg_player_get_position_us (self);
  gint64 duration_us = self->play != NULL ? neg_play_get_duration_us (self->play) : 0;
  gboolean works = self->play != NULL && neg_play_get_error (self->play) == NULL;
  gboolean plays = works && neg_play_is_wanted (self->play), muted = works && neg_play_get_muted (self->play);
  g_autofree char *position = dup_time (position_us), *duration = dup_time (duration_us);
  g_autofree char *time = g_strdup_printf ("%s / %s", position, duration), *speed = g_strdup_printf ("%.4g ×", speeds[self->speed]);

  self->filling = TRUE;
  set_named_icon (self->play_button, plays ? "media-playback-pause-symbolic" : "media-playback-start-symbolic",
                  plays ? _ ("Stop (Space)") : _ ("Play (Space)"));
  set_named_icon (self->sound_button, muted ? "audio-volume-muted-symbolic" : "audio-volume-high-symbolic",
                  muted ? _ ("Sound on (M)") : _ ("Sound off (M)"));
  gtk_widget_set_visible (self->sound_button, works && neg_play_has_sound (self->play));
  gtk_widget_set_sensitive (self->play_button, works);
  gtk_widget_set_sensitive (self->seek, works && duration_us > 0);
  set_range (self, duration_us);
  gtk_range_set_value (GTK_RANGE (self->seek), position_us / (double) G_USEC_PER_SEC);
  set_text (self->time, time);
  if (g_strcmp0 (gtk_button_get_label (GTK_BUTTON (self->speed_button)), speed) != 0) {
    g_autofree char *spoken = g_strdup_printf (_ ("Speed: %s (Up, Down)"), speed);

    gtk_button_set_label (GTK_BUTTON (self->speed_button), speed);
    neg_accessible_set_name (self->speed_button, spoken);
  }
  update_captions (self, position_us);
  update_note (self);
  self->filling = FALSE;
}

static void
changed_cb (NegPlayer *self)
{
  update (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
frame_cb (NegPlayer *self)
{
  const NegPlayFrame *frame = neg_play_get_frame (self->play);
  g_autoptr (GdkTexture) texture
      = gdk_memory_texture_new (frame->width, frame->height, GDK_MEMORY_DEFAULT, frame->pixels, frame->stride);

  neg_player_picture_set_texture (NEG_PLAYER_PICTURE (self->picture), texture);
}

static void
played_cb (NegPlayer *self, gint64 from_us, gint64 to_us)
{
  g_signal_emit (self, signals[PLAYED], 0, from_us, to_us);
}

/* --- what can be done --- */

void
neg_player_set_playing (NegPlayer *self, gboolean playing)
{
  g_return_if_fail (NEG_IS_PLAYER (self));

  if (self->play != NULL)
    neg_play_set_playing (self->play, playing);
  changed_cb (self);
}

void
neg_player_seek (NegPlayer *self, gint64 time_us)
{
  g_return_if_fail (NEG_IS_PLAYER (self));

  if (self->play != NULL)
    neg_play_seek (self->play, time_us);
}

gint64
neg_player_get_position_us (NegPlayer *self)
{
  g_return_val_if_fail (NEG_IS_PLAYER (self), 0);

  return self->play != NULL ? neg_play_get_position_us (self->play) : 0;
}

double
neg_player_get_speed (NegPlayer *self)
{
  g_return_val_if_fail (NEG_IS_PLAYER (self), 1);

  return speeds[self->speed];
}

NegPlay *
neg_player_get_play (NegPlayer *self)
{
  g_return_val_if_fail (NEG_IS_PLAYER (self), NULL);

  return self->play;
}

static void
set_speed (NegPlayer *self, guint speed)
{
  self->speed = speed;
  if (self->play != NULL)
    neg_play_set_rate (self->play, speeds[speed]);
  changed_cb (self);
}

gboolean
neg_player_get_captions_on (NegPlayer *self)
{
  g_return_val_if_fail (NEG_IS_PLAYER (self), FALSE);

  return self->captions_on;
}

void
neg_player_set_captions_on (NegPlayer *self, gboolean on)
{
  g_return_if_fail (NEG_IS_PLAYER (self));

  self->captions_on = on;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->captions_button), on);
  changed_cb (self);
}

static void
toggle_play (NegPlayer *self)
{
  if (self->play != NULL)
    neg_player_set_playing (self, !neg_play_is_wanted (self->play));
}

static void
toggle_sound (NegPlayer *self)
{
  if (self->play != NULL)
    neg_play_set_muted (self->play, !neg_play_get_muted (self->play));
  changed_cb (self);
}

static void
next_speed (NegPlayer *self)
{
  set_speed (self, (self->speed + 1) % G_N_ELEMENTS (speeds));
}

static void
captions_toggled_cb (NegPlayer *self)
{
  if (!self->filling)
    neg_player_set_captions_on (self, gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->captions_button)));
}

static gboolean
seek_cb (NegPlayer *self, GtkScrollType scroll, double value)
{
  neg_player_seek (self, (gint64) (MAX (value, 0) * G_USEC_PER_SEC));
  return TRUE;
}

static void
chapter_cb (NegPlayer *self)
{
  guint chapter = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->chapter));

  if (!self->filling && self->chapters != NULL && chapter < neg_vtt_get_n_cues (self->chapters))
    neg_player_seek (self, neg_vtt_get_cue (self->chapters, chapter)->start_us);
}

static void
step_chapter (NegPlayer *self, int step)
{
  gint64 position_us = neg_player_get_position_us (self);
  int chapter = self->chapters != NULL ? neg_vtt_find_begun (self->chapters, position_us) + step : -1;

  if (self->chapters != NULL && chapter >= 0 && chapter < (int) neg_vtt_get_n_cues (self->chapters))
    neg_player_seek (self, neg_vtt_get_cue (self->chapters, chapter)->start_us);
}

/* --- a screen of its own --- */

static void
leave_screen (NegPlayer *self)
{
  GtkWindow *screen = g_steal_pointer (&self->screen);

  if (screen == NULL)
    return;
  g_object_ref (self->body);
  gtk_window_set_child (screen, NULL);
  gtk_widget_set_parent (self->body, GTK_WIDGET (self));
  g_object_unref (self->body);
  gtk_widget_set_visible (self->away, FALSE);
  neg_player_picture_set_fills (NEG_PLAYER_PICTURE (self->picture), FALSE);
  gtk_window_destroy (screen);
  gtk_widget_grab_focus (self->picture);
}

static gboolean
screen_closed_cb (NegPlayer *self)
{
  leave_screen (self);
  return TRUE;
}

static void
enter_screen (NegPlayer *self)
{
  self->screen = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_title (self->screen, _ ("Video"));
  gtk_window_set_transient_for (self->screen, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))));
  gtk_window_set_destroy_with_parent (self->screen, TRUE);
  gtk_window_set_default_size (self->screen, 1280, 800);
  gtk_widget_add_css_class (GTK_WIDGET (self->screen), "negatoscope");
  gtk_widget_add_css_class (GTK_WIDGET (self->screen), "player-screen");
  g_signal_connect_object (self->screen, "close-request", G_CALLBACK (screen_closed_cb), self, G_CONNECT_SWAPPED);
  g_object_ref (self->body);
  gtk_widget_unparent (self->body);
  gtk_window_set_child (self->screen, self->body);
  g_object_unref (self->body);
  gtk_widget_set_visible (self->away, TRUE);
  neg_player_picture_set_fills (NEG_PLAYER_PICTURE (self->picture), TRUE);
  gtk_window_fullscreen (self->screen);
  gtk_window_present (self->screen);
  gtk_widget_grab_focus (self->picture);
}

static void
toggle_screen (NegPlayer *self)
{
  if (self->screen != NULL)
    leave_screen (self);
  else if (GTK_IS_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))))
    enter_screen (self);
}

/* --- keys --- */

static gboolean
picture_key_cb (NegPlayer *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if (modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK))
    return FALSE;
  switch (gdk_keyval_to_lower (keyval)) {
  case GDK_KEY_Left:
  case GDK_KEY_KP_Left:
    neg_player_seek (self, neg_player_get_position_us (self) - STEP_US);
    return TRUE;
  case GDK_KEY_Right:
  case GDK_KEY_KP_Right:
    neg_player_seek (self, neg_player_get_position_us (self) + STEP_US);
    return TRUE;
  case GDK_KEY_Up:
  case GDK_KEY_KP_Up:
    set_speed (self, MIN (self->speed + 1, G_N_ELEMENTS (speeds) - 1));
    return TRUE;
  case GDK_KEY_Down:
  case GDK_KEY_KP_Down:
    set_speed (self, self->speed > 0 ? self->speed - 1 : 0);
    return TRUE;
  case GDK_KEY_Page_Up:
  case GDK_KEY_KP_Page_Up:
    step_chapter (self, -1);
    return TRUE;
  case GDK_KEY_Page_Down:
  case GDK_KEY_KP_Page_Down:
    step_chapter (self, 1);
    return TRUE;
  case GDK_KEY_Home:
  case GDK_KEY_KP_Home:
    neg_player_seek (self, 0);
    return TRUE;
  case GDK_KEY_c:
    neg_player_set_captions_on (self, !self->captions_on);
    return TRUE;
  case GDK_KEY_m:
    toggle_sound (self);
    return TRUE;
  case GDK_KEY_f:
    toggle_screen (self);
    return TRUE;
  default:
    return FALSE;
  }
}

/* Wherever in the player the focus is; buttons have had theirs. */
static gboolean
body_key_cb (NegPlayer *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if ((keyval == GDK_KEY_space || keyval == GDK_KEY_KP_Space) && !(modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK))) {
    toggle_play (self);
    return TRUE;
  }
  if (keyval == GDK_KEY_Escape && self->screen != NULL) {
    leave_screen (self);
    return TRUE;
  }
  return FALSE;
}

/* --- another video --- */

static void
close_play (NegPlayer *self)
{
  if (self->play == NULL)
    return;
  neg_play_close (self->play); /* tells what was played */
  g_signal_handlers_disconnect_by_data (self->play, self);
  g_clear_object (&self->play);
}

static void
fill_chapters (NegPlayer *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  guint n = self->chapters != NULL ? neg_vtt_get_n_cues (self->chapters) : 0;

  self->filling = TRUE;
  for (guint i = 0; i < n; i++) {
    const NegVttCue *cue = neg_vtt_get_cue (self->chapters, i);
    g_autofree char *title = g_strdelimit (g_strdup (cue->text), "\n", ' ');

    gtk_string_list_append (titles, title);
  }
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->chapter), G_LIST_MODEL (titles));
  gtk_widget_set_visible (self->chapter_row, n > 0);
  self->filling = FALSE;
}

void
neg_player_set_captions (NegPlayer *self, NegVtt *captions)
{
  g_return_if_fail (NEG_IS_PLAYER (self));

  g_clear_pointer (&self->captions, neg_vtt_free);
  self->captions = captions;
  update (self);
}

void
neg_player_set_media (NegPlayer *self, int fd, NegVtt *captions, NegVtt *chapters, const char *note)
{
  g_return_if_fail (NEG_IS_PLAYER (self));

  close_play (self);
  g_clear_pointer (&self->captions, neg_vtt_free);
  g_clear_pointer (&self->chapters, neg_vtt_free);
  self->captions = captions;
  self->chapters = chapters;
  neg_player_picture_set_texture (NEG_PLAYER_PICTURE (self->picture), NULL);
  set_text (self->note, note != NULL ? note : "");
  if (fd >= 0) {
    self->play = neg_play_new (fd);
    neg_play_set_rate (self->play, speeds[self->speed]);
    g_signal_connect_object (self->play, "frame", G_CALLBACK (frame_cb), self, G_CONNECT_SWAPPED);
    g_signal_connect_object (self->play, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
    g_signal_connect_object (self->play, "played", G_CALLBACK (played_cb), self, G_CONNECT_SWAPPED);
  }
  fill_chapters (self);
  update (self);
}

/* --- making it --- */

static GtkWidget *
new_button (NegPlayer *self, GtkWidget *row, GtkWidget *button, const char *icon, const char *name, GCallback clicked)
{
  if (icon != NULL)
    set_named_icon (button, icon, name);
  else
    gtk_widget_set_tooltip_text (button, name);
  neg_accessible_set_name (button, name);
  gtk_widget_add_css_class (button, "flat");
  if (clicked != NULL)
    g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (row), button);
  return button;
}

static void
add_controls (NegPlayer *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (row, "player-controls");
  self->play_button = new_button (self, row, gtk_button_new (), "media-playback-start-symbolic", _ ("Play (Space)"), G_CALLBACK (toggle_play));
  self->time = gtk_label_new ("0:00 / 0:00");
  gtk_label_set_xalign (GTK_LABEL (self->time), 0);
  gtk_widget_set_hexpand (self->time, TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (self->time), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (row), self->time);
  self->speed_button = new_button (self, row, gtk_button_new_with_label (""), NULL, _ ("Speed (Up, Down)"), G_CALLBACK (next_speed));
  self->sound_button = new_button (self, row, gtk_button_new (), "audio-volume-high-symbolic", _ ("Sound off (M)"), G_CALLBACK (toggle_sound));
  self->captions_button = new_button (self, row, gtk_toggle_button_new (), "media-view-subtitles-symbolic", _ ("Captions (C)"), NULL);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->captions_button), TRUE);
  g_signal_connect_object (self->captions_button, "toggled", G_CALLBACK (captions_toggled_cb), self, G_CONNECT_SWAPPED);
  self->screen_button = new_button (self, row, gtk_button_new (), "view-fullscreen-symbolic", _ ("Full screen, and back (F)"), G_CALLBACK (toggle_screen));
  gtk_box_append (GTK_BOX (self->body), row);
}

static void
add_chapters (NegPlayer *self)
{
  self->chapter_row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  self->chapter = gtk_drop_down_new (NULL, NULL);
  gtk_widget_set_hexpand (self->chapter, TRUE);
  neg_accessible_set_name (self->chapter, _ ("Chapter (Page Up, Page Down)"));
  g_signal_connect_object (self->chapter, "notify::selected", G_CALLBACK (chapter_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->chapter_row), self->chapter);
  gtk_widget_add_css_class (self->chapter_row, "player-chapters");
  gtk_box_append (GTK_BOX (self->body), self->chapter_row);
}

static void
clicked_cb (NegPlayer *self)
{
  gtk_widget_grab_focus (self->picture);
  toggle_play (self);
}

static void
add_picture (NegPlayer *self)
{
  GtkWidget *overlay = gtk_overlay_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->picture = neg_player_picture_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->picture), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Video"), -1);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (picture_key_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (click, "pressed", G_CALLBACK (clicked_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->picture, keys);
  gtk_widget_add_controller (self->picture, GTK_EVENT_CONTROLLER (click));
  self->note = gtk_label_new ("");
  gtk_label_set_wrap (GTK_LABEL (self->note), TRUE);
  gtk_label_set_justify (GTK_LABEL (self->note), GTK_JUSTIFY_CENTER);
  gtk_widget_set_can_target (self->note, FALSE);
  gtk_widget_add_css_class (self->note, "player-note");
  gtk_overlay_set_child (GTK_OVERLAY (overlay), self->picture);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->note);
  gtk_box_append (GTK_BOX (self->body), overlay);
}

static void
add_caption (NegPlayer *self)
{
  self->caption = gtk_label_new ("");
  gtk_label_set_wrap (GTK_LABEL (self->caption), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->caption), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify (GTK_LABEL (self->caption), GTK_JUSTIFY_CENTER);
  gtk_label_set_width_chars (GTK_LABEL (self->caption), 1);
  gtk_widget_add_css_class (self->caption, "player-caption");
  gtk_box_append (GTK_BOX (self->body), self->caption);
}

static void
add_seek (NegPlayer *self)
{
  self->seek = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0, 1, 1);
  gtk_range_set_increments (GTK_RANGE (self->seek), 5, 15);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->seek), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Place in the video, in seconds"), -1);
  g_signal_connect_object (self->seek, "change-value", G_CALLBACK (seek_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->body), self->seek);
}

/* Out of sight it does not go on. */
static void
neg_player_unmap (GtkWidget *widget)
{
  NegPlayer *self = NEG_PLAYER (widget);

  if (self->play != NULL && self->screen == NULL)
    neg_play_set_playing (self->play, FALSE);
  GTK_WIDGET_CLASS (neg_player_parent_class)->unmap (widget);
}

static gboolean
neg_player_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (NEG_PLAYER (widget)->picture);
}

static void
neg_player_dispose (GObject *object)
{
  NegPlayer *self = NEG_PLAYER (object);

  close_play (self);
  if (self->screen != NULL) {
    GtkWindow *screen = g_steal_pointer (&self->screen);

    gtk_window_destroy (screen);
    self->body = NULL;
  }
  g_clear_pointer (&self->body, gtk_widget_unparent);
  g_clear_pointer (&self->away, gtk_widget_unparent);
  g_clear_pointer (&self->captions, neg_vtt_free);
  g_clear_pointer (&self->chapters, neg_vtt_free);
  G_OBJECT_CLASS (neg_player_parent_class)->dispose (object);
}

static void
neg_player_class_init (NegPlayerClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_player_dispose;
  widget_class->unmap = neg_player_unmap;
  widget_class->grab_focus = neg_player_grab_focus;
  signals[PLAYED] = g_signal_new ("played", NEG_TYPE_PLAYER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT64,
                                  G_TYPE_INT64);
  signals[CHANGED] = g_signal_new ("changed", NEG_TYPE_PLAYER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "neg-player");
}

static void
neg_player_init (NegPlayer *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->captions_on = TRUE;
  self->speed = DEFAULT_SPEED;
  self->body = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->body, "player");
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (body_key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->body, keys);
  add_picture (self);
  add_caption (self);
  add_seek (self);
  add_controls (self);
  add_chapters (self);
  gtk_widget_set_parent (self->body, GTK_WIDGET (self));
  self->away = gtk_label_new (_ ("The video is on the whole screen (F or Escape: back)."));
  gtk_label_set_wrap (GTK_LABEL (self->away), TRUE);
  gtk_widget_add_css_class (self->away, "player-away");
  gtk_widget_set_visible (self->away, FALSE);
  gtk_widget_set_parent (self->away, GTK_WIDGET (self));
  update (self);
}

GtkWidget *
neg_player_new (void)
{
  return g_object_new (NEG_TYPE_PLAYER, NULL);
}
