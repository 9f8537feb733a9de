/* A series as it is shown: frames of one kind, in the order in which one scrolls through them. One DICOM series may
 * give several (PS3.3 C.7.6.16.2.2.4, C.7.4.1.1.1): they are split by orientation, frame of reference, stack, phase,
 * echo and size, and localizers are kept apart.
 *
 * Thread: a GObject of the main thread; frames may be read anywhere, as they never change once published. */
#pragma once

#include <glib-object.h>

#include "imaging/neg-geometry.h"
#include "model/neg-instance.h"
#include "wire/neg-blob.h"

G_BEGIN_DECLS

typedef enum {
  NEG_SERIES_VOLUME,   /* parallel slices at distinct positions, at least three of them, that lie on one line */
  NEG_SERIES_STACK,    /* images with an order, no volume */
  NEG_SERIES_CINE,     /* frames in time */
  NEG_SERIES_IMAGE,    /* one image */
  NEG_SERIES_DOCUMENT, /* no images */
} NegSeriesKind;

const char *neg_series_kind_get_name (NegSeriesKind kind);

typedef struct {
  NegInstance *instance; /* owned reference */
  NegBlob *blob;         /* owned reference */
  guint32 frame;         /* in the object, from 0 */
} NegSeriesFrame;

#define NEG_TYPE_SERIES (neg_series_get_type ())
G_DECLARE_FINAL_TYPE (NegSeries, neg_series, NEG, SERIES, GObject)

NegSeriesKind neg_series_get_kind (NegSeries *series);
guint neg_series_get_n_frames (NegSeries *series);
const NegSeriesFrame *neg_series_get_frame (NegSeries *series, guint index); /* borrowed */

/* "CT 3: Thorax 1.0 (axial, 120 images)"; UTF-8, borrowed. */
const char *neg_series_get_title (NegSeries *series);

/* What names the series again after a restart: Series Instance UID, its place among the series shown that have this
 * UID, and the first frame (SOP Instance UID, number in the object from 0), as "uid/place/uid/number"; UTF-8, borrowed.
 * Where an object has no SOP Instance UID a hash of its name takes its place. No two series that were built together
 * have the same key. The same files give the same keys; while they are still being loaded a key may change with the
 * series that come before and with the first frame: who comes back to a series waits for its key, and goes by
 * neg_series_find_frame() when all is loaded and no series has it. */
const char *neg_series_get_key (NegSeries *series);

/* Where the frame is. FALSE when the series does not have it; of images with one UID the first. */
gboolean neg_series_find_frame (NegSeries *series, const char *sop_instance_uid, guint32 frame, guint *index);
gboolean neg_series_find_blob (NegSeries *series, guint64 blob_id, guint32 frame, guint *index);

/* Of the largest frame, decoded; 0 when none can be. */
guint64 neg_series_get_frame_bytes (NegSeries *series);

/* The geometry that holds for the whole series. Without positions n is 0. */
const NegSliceGroup *neg_series_get_geometry (NegSeries *series); /* nullable */
NegOrientation neg_series_get_orientation (NegSeries *series);
const char *const *neg_series_get_warnings (NegSeries *series); /* NULL-terminated */

/* Builds display series from instances and their blobs (parallel arrays, references taken): array of NegSeries, in the
 * order study, series number, then as split. Non-images are in none; images, or frames, that a key object
 * selection among @instances rejects (IHE IOCM) neither, and their series say how many. Any thread, as long as the arrays do not change. */
GPtrArray *neg_series_build (GPtrArray *instances, GPtrArray *blobs);

G_END_DECLS
