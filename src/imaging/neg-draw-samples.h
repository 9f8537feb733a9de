/* The values of one frame at the pixels of one picture, as they are before the window: another window is laid over them, and
 * the frame, which may have many times as many, is not read again. The picture is the same to the bit. For grey frames of 8
 * and 16 bit in the separable way; others are drawn as ever. */
#pragma once

#include "imaging/neg-draw.h"

G_BEGIN_DECLS

typedef struct _NegDrawSamples NegDrawSamples;

NegDrawSamples *neg_draw_samples_new (void);
void neg_draw_samples_free (NegDrawSamples *samples);

/* Thread: one, which then may share the rows among several until the end. What is drawn for the first time is not kept: it is
 * kept when it is drawn again, and used from then on until frame, place, size or padding are others. Returns TRUE when it
 * will be used. @frame's pixels are known by their address: they stay, and do not change, until _forget() or another
 * frame's _begin(). */
gboolean neg_draw_samples_begin (NegDrawSamples *samples, const NegDraw *draw, const NegFrame *frame, guint width,
                                 guint height);

/* As neg_draw_rows(), each row once. */
void neg_draw_samples_rows (NegDrawSamples *samples, const NegDraw *draw, const NegFrame *frame,
                            const NegPicture *picture, guint first_row, guint n_rows);
void neg_draw_samples_end (NegDrawSamples *samples);
void neg_draw_samples_forget (NegDrawSamples *samples);

G_END_DECLS
