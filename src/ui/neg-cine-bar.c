#include "config.h"

#include "ui/neg-cine-bar.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "ui/neg-accessible.h"

struct _NegCineBar {
  GtkWidget parent_instance;

  NegCinePlayer *player;
  gboolean filling; /* the widgets follow the player, not the hand */

  GtkButton *play, *own_rate;
  GtkSpinButton *rate, *first, *last;
  GtkAdjustment *first_adjustment, *last_adjustment;
  GtkDropDown *mode;
  GtkLabel *shown;
  GtkMenuButton *more;
};

G_DEFINE_FINAL_TYPE (NegCineBar, neg_cine_bar, GTK_TYPE_WIDGET)

enum { CLOSED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
set_named_icon (GtkButton *button, const char *icon, const char *name)
{
  gtk_button_set_icon_name (button, icon);
  gtk_widget_set_tooltip_text (GTK_WIDGET (button), name);
  neg_accessible_set_name (GTK_WIDGET (button), name);
}

static char *
dup_shown_text (NegCineBar *self)
{
  double shown_hz = neg_cine_player_get_shown_hz (self->player);
  guint n_skipped = (guint) MIN (neg_cine_get_n_skipped (neg_cine_player_get_cine (self->player)), G_MAXUINT);
  g_autofree char *rate = NULL;

  if (shown_hz <= 0)
    return g_strdup (neg_cine_player_is_playing (self->player) ? "" : _ ("paused"));
  rate = g_strdup_printf (_ ("%.1f/s shown"), shown_hz);
  if (n_skipped == 0)
    return g_steal_pointer (&rate);
  /* Translators: images of a film that could not be drawn in time */
  return g_strdup_printf (_ ("%s, %u skipped"), rate, n_skipped);
}

static char *
dup_own_rate_text (const NegCine *cine)
{
  if (cine->source == NEG_CINE_SOURCE_DEFAULT)
    return g_strdup_printf (_ ("The file names no rate: %.4g per second"), cine->file_rate_hz);
  return g_strdup_printf (_ ("The file's own rate: %.4g per second"), cine->file_rate_hz);
}

/* Only where it differs: setting a value takes what is being typed away. */
static void
fill_spin (GtkSpinButton *spin, double value)
{
  if (fabs (gtk_adjustment_get_value (gtk_spin_button_get_adjustment (spin)) - value) > 1e-9)
    gtk_spin_button_set_value (spin, value);
}

static void
fill_range (NegCineBar *self, const NegCine *cine)
{
  gtk_adjustment_set_upper (self->first_adjustment, MAX (cine->n, 1));
  gtk_adjustment_set_upper (self->last_adjustment, MAX (cine->n, 1));
  fill_spin (self->first, cine->first + 1);
  fill_spin (self->last, cine->last + 1);
}

static void
changed_cb (NegCineBar *self)
{
  const NegCine *cine = neg_cine_player_get_cine (self->player);
  gboolean playing = neg_cine_player_is_playing (self->player);
  g_autofree char *shown = dup_shown_text (self);
  g_autofree char *own_rate = dup_own_rate_text (cine);

  self->filling = TRUE;
  set_named_icon (self->play, playing ? "media-playback-pause-symbolic" : "media-playback-start-symbolic",
                  playing ? _ ("Stop") : _ ("Run"));
  fill_spin (self->rate, cine->rate_hz);
  gtk_drop_down_set_selected (self->mode, cine->mode);
  fill_range (self, cine);
  gtk_button_set_label (self->own_rate, own_rate);
  gtk_label_set_text (self->shown, shown);
  gtk_widget_set_sensitive (GTK_WIDGET (self->play), neg_cine_player_can_play (self->player));
  self->filling = FALSE;
}

static void
play_cb (NegCineBar *self)
{
  neg_cine_player_toggle (self->player);
}

static void
close_cb (NegCineBar *self)
{
  neg_cine_player_pause (self->player);
  g_signal_emit (self, signals[CLOSED], 0);
}

static void
rate_cb (NegCineBar *self)
{
  if (!self->filling)
    neg_cine_player_set_rate_hz (self->player, gtk_spin_button_get_value (self->rate));
}

static void
own_rate_cb (NegCineBar *self)
{
  neg_cine_player_set_rate_hz (self->player, neg_cine_player_get_cine (self->player)->file_rate_hz);
}

static void
mode_cb (NegCineBar *self)
{
  if (!self->filling)
    neg_cine_player_set_mode (self->player, gtk_drop_down_get_selected (self->mode));
}

static void
range_cb (NegCineBar *self)
{
  if (!self->filling)
    neg_cine_player_set_range (self->player, gtk_spin_button_get_value_as_int (self->first) - 1,
                               gtk_spin_button_get_value_as_int (self->last) - 1);
}

static void
neg_cine_bar_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&NEG_CINE_BAR (object)->player);
  G_OBJECT_CLASS (neg_cine_bar_parent_class)->dispose (object);
}

static void
neg_cine_bar_class_init (NegCineBarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_cine_bar_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_TOOLBAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/negatoscope/ui/neg-cine-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, NegCineBar, play);
  gtk_widget_class_bind_template_child (widget_class, NegCineBar, own_rate);
  gtk_widget_class_bind_template_child (widget_class, NegCineBar, rate);
  gtk_widget_class_bind_template_child (widget_class, NegCineBar, first);
  gtk_widget_class_bind_template_child (widget_class, NegCineBar, last);
  gtk_widget_class_bind_template_child (widget_class, NegCineBar, first_adjustment);
  gtk_widget_class_bind_template_child (widget_class, NegCineBar, last_adjustment);
  gtk_widget_class_bind_template_child (widget_class, NegCineBar, mode);
  gtk_widget_class_bind_template_child (widget_class, NegCineBar, shown);
  gtk_widget_class_bind_template_child (widget_class, NegCineBar, more);
  gtk_widget_class_bind_template_callback (widget_class, play_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_cb);
  gtk_widget_class_bind_template_callback (widget_class, rate_cb);
  gtk_widget_class_bind_template_callback (widget_class, own_rate_cb);
  gtk_widget_class_bind_template_callback (widget_class, mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, range_cb);
  signals[CLOSED] = g_signal_new ("closed", NEG_TYPE_CINE_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_cine_bar_init (NegCineBar *self)
{
  self->filling = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Cine"), -1);
  neg_accessible_set_name (GTK_WIDGET (self->rate), _ ("Images per second"));
  neg_accessible_set_name (GTK_WIDGET (self->mode), C_ ("cine", "Order"));
  neg_accessible_set_name (GTK_WIDGET (self->first), _ ("First image"));
  neg_accessible_set_name (GTK_WIDGET (self->last), _ ("Last image"));
  self->filling = FALSE;
}

NegCineBar *
neg_cine_bar_new (NegCinePlayer *player)
{
  NegCineBar *self = g_object_new (NEG_TYPE_CINE_BAR, NULL);

  self->player = g_object_ref (player);
  g_signal_connect_object (player, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return self;
}
