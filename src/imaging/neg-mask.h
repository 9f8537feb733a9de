/* Mask subtraction of X-ray runs (PS3.3 C.7.6.10, DSA): a frame with contrast less one without, in logarithmic
 * intensity, where the same vessel leaves the same mark over thick and thin parts (PS3.4 N.2.5). Thread: any, no
 * state. */
#pragma once

#include "imaging/neg-voi.h"

G_BEGIN_DECLS

/* The item that says something about frame @frame (from 0); NULL: none, or that it stays as it is. */
const NegMaskItem *neg_mask_find (const NegMaskItem *items, guint32 n_items, guint32 frame);

/* The frames (from 0) whose mean is the mask of @frame in an object of @n_frames, given; NULL where it has none: a frame
 * before the first or after the last is no mask. */
guint32 *neg_mask_dup_frames (const NegMaskItem *item, guint32 n_frames, guint32 frame, guint *n);

/* @contrast less the mean of @masks, shifted as @item says: one sample of NEG_SAMPLE_F32 a pixel, in steps of the
 * object's own values, 0 where nothing has changed. @is_linear: the values are proportional to intensity (Pixel
 * Intensity Relationship LIN), else they are logarithms already. NULL for frames that are no grey integers of one size
 * and at most 16 bits, and where there is no memory; @result points to what is given. */
float *neg_mask_subtract (const NegMaskItem *item, const NegFrame *contrast, const NegFrame *masks, guint n_masks,
                          gboolean is_linear, NegFrame *result);

/* All of a difference, 0 in the middle. */
void neg_mask_init_voi (NegVoi *voi, const NegFrame *difference);

G_END_DECLS
