/* Our own walk over a DICOM object, before any library sees it: pure C, no allocation that the input sizes beyond the
 * limits here, fuzzed.
 *
 * It checks what an attacker or a broken sender gets wrong (PS3.5 7.1-7.5, PS3.10 7.1): preamble and magic, group
 * 0002, element lengths <= what remains, nesting <= 64, Bits Stored <= Bits Allocated, High Bit < Bits Allocated,
 * rows x columns x samples x bytes x frames without overflow and, for native pixels, <= what is there. It accepts
 * what occurs: no preamble, no meta header (transfer syntax guessed from the first elements, also big endian), no
 * group length, odd lengths, UN sequences, wrong VRs, trailing padding. What it learns is the layout, from which
 * frames are read without a library.
 * Thread: any, one source per call. */
#pragma once

#include "engine/neg-source.h"

G_BEGIN_DECLS

#define NEG_SCAN_NESTING_MAX 64
#define NEG_SCAN_ELEMENTS_MAX 4000000   /* in one object */
#define NEG_SCAN_FRAGMENTS_MAX 4000000
#define NEG_SCAN_HEADER_BYTES_MAX (256u << 20) /* everything before the pixels */
#define NEG_SCAN_DEFLATED_BYTES_MAX ((guint64) 2 << 30)

typedef enum {
  NEG_CODEC_NATIVE,
  NEG_CODEC_RLE,
  NEG_CODEC_JPEG,       /* any of 10918-1: the codestream says which */
  NEG_CODEC_JPEG_LS,
  NEG_CODEC_JPEG_2000,
  NEG_CODEC_HTJ2K,
  NEG_CODEC_DEFLATED_FRAME, /* 1.2.840.10008.1.2.8.1 */
  NEG_CODEC_VIDEO,          /* MPEG2, MPEG4, HEVC: named, not decoded here */
  NEG_CODEC_UNKNOWN,
} NegCodec;

typedef struct {
  guint64 offset; /* in the source that holds the data set */
  guint64 length;
} NegStretch;

typedef struct {
  char transfer_syntax_uid[65]; /* of the meta header, else the guess; "" when neither */
  gboolean has_preamble, has_meta, syntax_guessed;
  gboolean implicit_vr, big_endian;
  gboolean encapsulated; /* pixel data are fragments */
  gboolean deflated;     /* the data set was inflated: offsets are into .inflated */
  NegCodec codec;

  guint8 *inflated; /* owned; NULL unless deflated */
  guint64 inflated_length;
  guint64 deflated_offset; /* where the deflated data set begins in the object */

  guint64 dataset_offset; /* where the data set begins */
  guint64 header_end;     /* the end of what comes before the pixel element (or of all) */
  gboolean truncated;     /* the object ends in the middle of an element other than pixels */

  /* The group 0028 values of the top level; has_pixels only when they make sense together */
  gboolean has_pixels, is_float, is_signed, planar;
  guint32 rows, columns, samples, frames;
  guint bits_allocated, bits_stored, high_bit;
  char photometric[17];

  guint32 pixel_tag; /* 0x7FE00010, 0x7FE00008 (float), 0x7FE00009 (double) */
  NegStretch pixels; /* native: the value; encapsulated: unused */
  guint64 pixels_end; /* where the element behind the pixels begins */
  guint64 pixels_missing_bytes; /* native value shorter than the frames need */
  gboolean pixels_cut;          /* because the object ends inside it: what was announced is more */

  guint32 n_fragments; /* without the Basic Offset Table */
  NegStretch *fragments; /* owned */
  guint32 n_basic_offsets;
  guint32 *basic_offsets; /* owned; may be wrong: neg_layout_get_frame() checks them */
  guint32 n_extended_offsets;
  guint64 *extended_offsets; /* (7FE0,0001), owned */
  gboolean fragments_cut;    /* the sequence of fragments has no end: the last one may be short */
} NegLayout;

void neg_layout_clear (NegLayout *layout);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegLayout, neg_layout_clear)

/* Fills @layout, which the caller clears also on failure. Errors say the tag and byte offset in "where". */
gboolean neg_scan (NegSource *source, NegLayout *layout, GError **error);

/* For an object that has to be whole, or that a library is to read to its end: fails where it is cut, and walks what is
 * behind the pixels, too. *@end (nullable): where the walk ended, trailing padding left out, in what holds the data set. */
gboolean neg_scan_rest (NegSource *source, const NegLayout *layout, guint64 *end, GError **error);

/* TRUE when @source starts like a ZIP (local file header or empty archive). */
gboolean neg_scan_is_zip (NegSource *source);

/* The fragments of one frame of encapsulated pixels, by extended offset table, basic offset table, one fragment per
 * frame, one frame for all fragments, or codestream starts (FF D8, FF 4F) in that order, each only if it is consistent
 * (PS3.5 A.4). @stretches is filled with NegStretch. */
gboolean neg_layout_get_frame (const NegLayout *layout, NegSource *source, guint32 frame, GArray *stretches,
                               GError **error);

G_END_DECLS
