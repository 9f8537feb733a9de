#include "config.h"

#include "reading/neg-reading-private.h"
#include "reading/neg-undo.h"

/* About 4 KiB each, so under a megabyte; nobody goes back further. */
#define STEPS_MAX 200

void
_neg_reading_push_undo (NegReading *self)
{
  NegScreen *step = _neg_screen_copy (&self->screen);

  step->serial = neg_undo_next_serial ();
  g_queue_push_head (&self->undo, step);
  if (self->undo.length > STEPS_MAX)
    _neg_screen_free (g_queue_pop_tail (&self->undo));
  g_queue_clear_full (&self->redo, _neg_screen_free);
  self->last_gesture = 0;
}

void
_neg_reading_clear_undo (NegReading *self)
{
  g_queue_clear_full (&self->undo, _neg_screen_free);
  g_queue_clear_full (&self->redo, _neg_screen_free);
  self->last_gesture = 0;
}

gboolean
neg_reading_can_undo (NegReading *self)
{
  return self->undo.length > 0;
}

gboolean
neg_reading_can_redo (NegReading *self)
{
  return self->redo.length > 0;
}

static guint64
get_serial (const GQueue *steps)
{
  return steps->head != NULL ? ((NegScreen *) steps->head->data)->serial : 0;
}

guint64
neg_reading_get_undo_serial (NegReading *self)
{
  return get_serial (&self->undo);
}

guint64
neg_reading_get_redo_serial (NegReading *self)
{
  return get_serial (&self->redo);
}

/* Views go back; where one has scrolled to since stays, as long as the series is the same. */
static void
keep_place (NegScreen *screen, const NegScreen *now)
{
  for (guint i = 0; i < NEG_CELLS_MAX; i++)
    if (screen->cells[i].series != NULL && screen->cells[i].series == now->cells[i].series) {
      screen->cells[i].index = now->cells[i].index;
      screen->cells[i].step = now->cells[i].step;
    }
}

static void
go (NegReading *self, GQueue *from, GQueue *to)
{
  NegScreen *screen = g_queue_pop_head (from), *now;

  if (screen == NULL)
    return;
  keep_place (screen, &self->screen);
  now = g_memdup2 (&self->screen, sizeof self->screen); /* with its references */
  now->serial = to == &self->redo ? neg_undo_next_serial () : screen->undo_serial;
  now->undo_serial = screen->serial;
  g_queue_push_head (to, now);
  self->screen = *screen;
  g_free (screen);
  self->last_gesture = 0;
  _neg_reading_anchor (self);
  _neg_reading_emit_grid (self);
  _neg_reading_emit_active (self);
  for (guint i = 0; i < neg_reading_get_n_cells (self); i++)
    _neg_reading_emit_cell (self, i, NEG_CHANGED_IMAGE | NEG_CHANGED_LOOK | NEG_CHANGED_LINKS);
}

void
neg_reading_undo (NegReading *self)
{
  g_return_if_fail (NEG_IS_READING (self));

  go (self, &self->undo, &self->redo);
}

void
neg_reading_redo (NegReading *self)
{
  g_return_if_fail (NEG_IS_READING (self));

  go (self, &self->redo, &self->undo);
}
