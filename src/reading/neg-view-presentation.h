/* A view as a presentation state wants it, and a view as a presentation state: what the reader sees comes back the same,
 * here and elsewhere (PS3.3 A.33.1, PS3.4 N.2). Thread: as neg-view-state.h. */
#pragma once

#include "model/neg-annotation.h"
#include "model/neg-presentation.h"
#include "reading/neg-preset.h"
#include "reading/neg-view-state.h"

G_BEGIN_DECLS

/* Shows the image as @presentation says: its window and polarity instead of the image's, turned and placed as it wants.
 * The reader may go on from there. NULL: the image's own again, as neg_view_state_reset(). @glass_mm as for true size.
 * NEG_ERROR_REFUSED when it is about other images, or another study (imaging pitfall 33), NEG_ERROR_UNSUPPORTED for a
 * kind that is not applied; then nothing is done. */
gboolean neg_view_state_set_presentation (NegViewState *state, NegPresentation *presentation, const char *study_uid,
                                          guint width, guint height, double glass_mm, GError **error);

/* Whether the state means the image that is shown now. */
gboolean neg_view_state_is_presented (const NegViewState *state);

/* What the image offers under the state that is shown: windows and tables of that, else of the file. neg_view_state_set_preset()
 * takes these numbers. */
guint neg_view_state_count_presets (const NegViewState *state);
gboolean neg_view_state_look_up_preset (const NegViewState *state, guint index, NegPreset *preset);

/* neg_draw_init() for the image shown, and what the state makes of it. Borrows from the series and the presentation. */
void neg_view_state_init_own (const NegViewState *state, const NegFrame *frame, NegDraw *own);

/* What is seen as a state for all images of the series that have the modality LUT of the one shown (a state has one) and,
 * where a state is shown already, that are shown by it as this one is, or as little; *@n_left_out (nullable): how many not. Windows as each image shows its own, or the reader's for all. @own as
 * above, @width x @height of the viewport. @annotations (nullable, of NegAnnotation) are drawn into it with their
 * numbers. NULL without an image, or for one that has colour (NEG_ERROR_UNSUPPORTED). Given. */
NegPresentation *neg_view_state_to_presentation (const NegViewState *state, const NegDraw *own, guint width,
                                                 guint height, const GPtrArray *annotations, guint *n_left_out,
                                                 GError **error);

G_END_DECLS
