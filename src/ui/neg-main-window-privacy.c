/* Invented people in place of patients, and what is covered of images meanwhile. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "reading/neg-cover.h"
#include "ui/neg-cover-window.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-privacy.h"

static gboolean is_held; /* by the person who has asked for it, in whichever window */

static void
invent_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  is_held = !is_held;
  if (is_held)
    neg_privacy_hold ();
  else
    neg_privacy_release ();
}

static void
cover_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  const NegViewState *state = neg_reading_get_state (self->reading, neg_reading_get_active (self->reading));
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);

  if (frame == NULL || self->store == NULL || _neg_main_window_has_volume (self))
    _neg_main_window_hint (self, _ ("Images are covered one series at a time: show one first."));
  else if (!neg_cover_may_hold_text (frame->instance))
    _neg_main_window_hint (self, _ ("Images of this kind hold no text in their pixels: nothing is covered."));
  else
    gtk_window_present (neg_cover_window_new (GTK_WINDOW (self), self->store, state->series, state->index));
}

static const GActionEntry entries[] = { { "invent", invent_cb }, { "cover", cover_cb } };

void
_neg_main_window_add_privacy (NegMainWindow *self)
{
  _neg_main_window_add_group (self, "privacy", entries, G_N_ELEMENTS (entries));
}
