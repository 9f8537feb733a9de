/* What the files share that write a view down as a presentation state. */
#pragma once

#include "imaging/neg-voi.h"
#include "reading/neg-view-presentation.h"

G_BEGIN_DECLS

/* Which parts of a state are about an image, by the image: a state may have thousands of windows for as many images, and
 * each is asked for. Borrows from the state. */
typedef struct _NegPresentationIndex NegPresentationIndex;

NegPresentationIndex *_neg_presentation_index_new (const NegPresentation *presentation);
void _neg_presentation_index_free (NegPresentationIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegPresentationIndex, _neg_presentation_index_free)

/* The state is about frame @frame (from 0) of that object. */
gboolean _neg_presentation_index_means (NegPresentationIndex *index, const char *sop_instance_uid, guint32 frame);
/* As neg_presentation_find_voi(); *@explanation is borrowed and nullable. */
gboolean _neg_presentation_index_find_voi (NegPresentationIndex *index, const char *sop_instance_uid, guint32 frame,
                                           guint alternative, NegVoi *voi, const char **explanation);

/* What covers the image goes on covering it: shutter, overlays, their layers, masks; of @applied, else (NULL) of the
 * @instance shown. @frames, of NegSeriesFrame: all that the new state is about. */
void _neg_presentation_keep_covers (NegPresentation *result, const NegPresentation *applied, const NegInstance *instance,
                                    const GPtrArray *frames);
/* Drawings of @applied on images that the new state is about (@frames, as above), after its own: what is drawn again is
 * there once. */
void _neg_presentation_keep_graphics (NegPresentation *result, const NegPresentation *applied, const GPtrArray *frames);

G_END_DECLS
