/* A series that can be a volume: files made by hand whose values say which slice they are, and instances made by hand that
 * say where they lie. */
#pragma once

#include "pipeline/neg-volume-load.h"
#include "series-scan.h"

G_BEGIN_DECLS

#define FILES_SIDE_PX 64
#define FILES_SLICE_BYTES (FILES_SIDE_PX * FILES_SIDE_PX * 2)

typedef struct {
  char *folder;
  NegEnginePool *pool;
  Scan *scan;
} Files;

void files_set_up (Files *files, guint n_engines); /* 0: as many as there are processors */
void files_tear_down (Files *files);

/* Slice @number (from 0) at z = 2 x @number mm, a file of its own; borrowed. */
NegInstance *files_add (Files *files, guint number);
void files_add_many (Files *files, guint first, guint end); /* not in their order */

/* One object of @n frames of which frame i lies at @z_mm[i]. */
NegInstance *files_add_frames (Files *files, guint n, const double *z_mm);

/* All that was added, built anew; given. */
NegSeries *files_build (Files *files);

void files_remove (Files *files, guint number);   /* nobody can decode it any more */
void files_truncate (Files *files, guint number);

guint16 files_value (guint number, guint x, guint y);
gboolean files_is_slice (const void *pixels, guint number);

/* The engines of this process. */
void files_signal_engines (int number);

/* Given; must succeed. @store nullable. */
NegVolumeLoad *files_load (Files *files, NegFrameStore *store, NegSeries *series);

const void *files_get_voxels (NegVolumeLoad *load, guint slice);

/* All @n are there, and every slice is the image that lies there. */
void files_assert_slices (NegVolumeLoad *load, guint n);

/* The store shows the volume's own memory. */
void files_assert_shared (NegVolumeLoad *load, NegFrameStore *store);

void files_wish_for (NegFrameStore *store, NegSeries *series, guint index);

G_END_DECLS
