/* An encoder of lossless JPEG as simple as T.81 annex H reads: for what other people's encoders do not write. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint rows, columns, components;
  guint precision, predictor, point_transform;
  guint restart_rows;    /* 0: no restart intervals */
  gboolean is_separate;  /* a scan for each component */
  gboolean is_flat;      /* codes of five bits, else of two to sixteen */
} JpegllOptions;

/* @samples interleaved; of each its bits above the point transform, modulo 2^16. Given. */
GByteArray *build_jpegll (const guint16 *samples, const JpegllOptions *options);
/* A marker, its length, @body. */
void build_jpegll_segment (GByteArray *bytes, guint8 marker, const guint8 *body, guint length);

G_END_DECLS
