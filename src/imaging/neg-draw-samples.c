#include "config.h"

#include "imaging/neg-draw-samples.h"

#include <string.h>

#include "imaging/neg-draw-private.h"

NegDrawSamples *
neg_draw_samples_new (void)
{
  return g_new0 (NegDrawSamples, 1);
}

void
neg_draw_samples_forget (NegDrawSamples *self)
{
  g_free (self->values);
  g_free (self->is_image);
  *self = (NegDrawSamples){ .pixels = NULL };
}

void
neg_draw_samples_free (NegDrawSamples *self)
{
  if (self == NULL)
    return;
  neg_draw_samples_forget (self);
  g_free (self);
}

static gboolean
is_same_padding (const NegPadding *a, const NegPadding *b)
{
  return a->active == b->active && (!a->active || (a->low == b->low && a->high == b->high));
}

static gboolean
is_of (const NegDrawSamples *self, const NegDraw *draw, const NegFrame *frame, guint width, guint height)
{
  return self->pixels == frame->pixels && self->width == width && self->height == height
         && memcmp (&self->output_to_image, &draw->output_to_image, sizeof self->output_to_image) == 0
         && is_same_padding (&self->padding, &draw->padding);
}

/* Values are stored values: the modality's line is part of the ramp to grey levels. A table is not. */
static gboolean
can_keep (const NegDraw *draw, const NegFrame *frame)
{
  return draw->interpolation == NEG_INTERPOLATION_LINEAR && draw->modality.lut == NULL && draw->palette == NULL
         && !_neg_draw_is_rgb (frame) && neg_sample_type_get_bytes (frame->format.sample_type) <= 2;
}

static gboolean
make_room (NegDrawSamples *self)
{
  gsize n_bytes;

  if (!g_size_checked_mul (&n_bytes, (gsize) self->width * sizeof (float), self->height))
    return FALSE;
  self->values = g_try_malloc (n_bytes);
  if (self->padding.active)
    self->is_image = g_try_malloc (n_bytes);
  return self->values != NULL && (self->is_image != NULL || !self->padding.active);
}

gboolean
neg_draw_samples_begin (NegDrawSamples *self, const NegDraw *draw, const NegFrame *frame, guint width, guint height)
{
  self->n_kept_rows = 0;
  if (!is_of (self, draw, frame, width, height)) {
    neg_draw_samples_forget (self);
    self->pixels = frame->pixels;
    self->width = width;
    self->height = height;
    self->output_to_image = draw->output_to_image;
    self->padding = draw->padding;
    return FALSE;
  }
  if (!can_keep (draw, frame))
    self->step = NEG_SAMPLES_NONE;
  else if (self->is_complete)
    self->step = NEG_SAMPLES_USE;
  else
    self->step = make_room (self) ? NEG_SAMPLES_KEEP : NEG_SAMPLES_NONE;
  return self->step == NEG_SAMPLES_USE;
}

void
neg_draw_samples_rows (NegDrawSamples *self, const NegDraw *draw, const NegFrame *frame, const NegPicture *picture,
                       guint first_row, guint n_rows)
{
  _neg_draw_rows_with (draw, frame, picture, first_row, n_rows, self->step != NEG_SAMPLES_NONE ? self : NULL);
}

void
neg_draw_samples_end (NegDrawSamples *self)
{
  if (self->step == NEG_SAMPLES_USE)
    return;
  self->is_complete = self->step == NEG_SAMPLES_KEEP && self->n_kept_rows == (gint) self->height;
  if (!self->is_complete) { /* another way than the separable one drew some of it */
    g_clear_pointer (&self->values, g_free);
    g_clear_pointer (&self->is_image, g_free);
  }
  self->step = NEG_SAMPLES_NONE;
}
