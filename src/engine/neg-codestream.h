/* What a codestream says about itself, read by our own code before a library sees it: pure C, no allocation, fuzzed.
 * JPEG (ISO 10918-1), JPEG-LS (14495-1), JPEG 2000 and HTJ2K (15444-1, -15), the last two bare or in JP2 boxes.
 * Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  NEG_CODESTREAM_JPEG,
  NEG_CODESTREAM_JPEG_LS,
  NEG_CODESTREAM_JPEG_2000,
} NegCodestreamKind;

#define NEG_CODESTREAM_SOF_LOSSLESS 3  /* 10918-1 table B.1: Huffman, lossless */
#define NEG_CODESTREAM_SPACE_SYCC 18   /* 15444-1 table I.10 */

typedef struct {
  NegCodestreamKind kind;
  gsize offset, length; /* of the codestream in the frame's bytes; not 0 and all in JP2 boxes only */

  guint32 rows, columns, components;
  guint precision;
  gboolean is_signed;
  gboolean uniform;    /* all components have that precision and sign */
  gboolean subsampled; /* one component is coarser than another */
  gboolean lossy;

  /* JPEG */
  guint sof;           /* 0 baseline, 1 extended, 2 progressive, 3 lossless, ... */
  gint adobe_transform; /* of APP14: 0 none, 1 YCbCr, 2 YCCK; -1 without the marker */
  gboolean has_rgb_ids; /* components are named R, G, B */
  gboolean one_scan;    /* the first scan holds all components */
  gboolean has_end;     /* an end marker, with at most a little padding behind it */

  /* JPEG 2000 */
  gboolean has_transform;      /* multiple component transform: the decoder gives RGB */
  gboolean is_high_throughput;
  guint color_space;           /* enumerated one of a colr box; 0 without */
} NegCodestream;

/* NEG_ERROR_UNREADABLE when it is none of these, NEG_ERROR_TRUNCATED when it ends in its header or, where it says how
 * long its parts are (JPEG 2000 tile-parts), before their end. */
gboolean neg_codestream_read (const guint8 *data, gsize length, NegCodestream *stream, GError **error);

G_END_DECLS
