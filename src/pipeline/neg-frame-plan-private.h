/* What several viewports want of a frame store, as an order of frames that is never written down: which frame is the
 * k-th, and whether a frame is wanted at all, is arithmetic. So a wheel notch costs the same over 20 and over 20,000
 * frames.
 *
 * The frames that one wish wants lie in one stretch about the image on screen: four in the scroll direction, one
 * behind, and so on until an end is reached. The budget in bytes goes to the images on screen (always), to the
 * neighbours of the active wish, to those of the others, to the rest of the active one, to the rest of the others in
 * equal shares. A series in several wishes has its rest counted once. */
#pragma once

#include "pipeline/neg-frame-store.h"

G_BEGIN_DECLS

typedef struct {
  NegSeries *series; /* owned reference */
  guint index, n_frames;
  int step; /* +1 or -1 */
  guint64 frame_bytes;
  gboolean is_first; /* of the wishes for its series */
  guint n_near, n_wanted; /* of its order, the image on screen counted; n_near <= n_wanted <= n_frames */
  guint next;             /* of its order */
} NegFramePlanWish;

typedef struct {
  NegFramePlanWish wishes[NEG_FRAME_WISHES_MAX]; /* the active one first */
  guint n_wishes;
  guint stage, turn;
} NegFramePlan;

/* Wishes without a frame are left out; without an active one the first is. */
void _neg_frame_plan_set (NegFramePlan *plan, const NegFrameWish *wishes, guint n_wishes, guint64 budget_bytes);
void _neg_frame_plan_clear (NegFramePlan *plan);
gboolean _neg_frame_plan_equals (const NegFramePlan *plan, const NegFrameWish *wishes, guint n_wishes);

/* The next frame to ask for, the most wanted first; FALSE when there is none. One that several wishes want comes
 * several times. @series is borrowed. */
gboolean _neg_frame_plan_next (NegFramePlan *plan, NegSeries **series, guint *index, NegPriority *priority);

/* TRUE when what comes next cannot wait: on screen, or next to the image under the eye. */
gboolean _neg_frame_plan_is_urgent (const NegFramePlan *plan);

/* Whether frame *@index of *@series is wanted, and how much. When there is a wish for another series that has it (the
 * one built anew), that one (borrowed) and the index there are told. */
gboolean _neg_frame_plan_find (const NegFramePlan *plan, NegSeries **series, guint *index, NegPriority *priority);

G_END_DECLS
