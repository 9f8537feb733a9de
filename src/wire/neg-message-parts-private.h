/* The parts that messages are made of: fields by their tables, arrays, tables of values, and the modules of an object.
 * Reading never fails by itself: it latches in the reader, and what was built so far can be freed. */
#pragma once

#include "base/neg-bytes.h"
#include "model/neg-annotation.h"
#include "model/neg-instance-fields.h"
#include "model/neg-presentation.h"

G_BEGIN_DECLS

/* Entries of a NegField table for the record RECORD. */
#define NEG_FIELD_OF(RECORD, type, name) { NEG_FIELD_##type, G_STRUCT_OFFSET (RECORD, name), 1 }
#define NEG_FIELDS_OF(RECORD, type, name) \
  { NEG_FIELD_##type, G_STRUCT_OFFSET (RECORD, name), G_N_ELEMENTS (((RECORD *) 0)->name) }

void _neg_fields_write (const NegField *fields, guint n_fields, gconstpointer record, GByteArray *array);
void _neg_fields_read (const NegField *fields, guint n_fields, gpointer record, NegReader *reader);
/* What a record takes at least on the wire. */
guint _neg_fields_bytes_min (const NegField *fields, guint n_fields);

/* A zeroed array of as many records as the bytes announce and can hold, so that a count cannot make the reader allocate
 * more than a small multiple of what was sent; NULL for none and on failure. */
gpointer _neg_array_read (NegReader *reader, gsize bytes_each_min, gsize record_bytes, guint32 *n);

/* @n groups of @n_each four-byte integers, or of doubles that must be finite. */
void _neg_u32s_write (gconstpointer values, guint32 n, guint n_each, GByteArray *array);
gpointer _neg_u32s_read (NegReader *reader, guint n_each, guint32 *n);
void _neg_doubles_write (const double *values, guint32 n, guint n_each, GByteArray *array);
double *_neg_doubles_read (NegReader *reader, guint n_each, guint32 *n);

gboolean _neg_boolean_read (NegReader *reader);
double _neg_finite_read (NegReader *reader);
/* @condition must hold, or what is being read is no message. */
void _neg_reader_require (NegReader *reader, gboolean condition);

void _neg_lut_write (const NegLut *lut, GByteArray *array);
void _neg_lut_read (NegLut *lut, NegReader *reader);
void _neg_luts_write (const NegLut *luts, guint32 n, GByteArray *array);
NegLut *_neg_luts_read (NegReader *reader, guint32 *n);
void _neg_windows_write (const NegWindow *windows, guint32 n, GByteArray *array);
NegWindow *_neg_windows_read (NegReader *reader, guint32 *n);

/* neg-message-modules.c */
void _neg_overlays_write (const NegOverlayPlane *overlays, guint32 n, GByteArray *array);
/* @may_activate: also planes without bits that name a layer, as presentation states have them. */
NegOverlayPlane *_neg_overlays_read (NegReader *reader, gboolean may_activate, guint32 *n);
void _neg_shutter_write (const NegShutter *shutter, GByteArray *array);
void _neg_shutter_read (NegShutter *shutter, NegReader *reader);
void _neg_masks_write (const NegMaskItem *masks, guint32 n, GByteArray *array);
NegMaskItem *_neg_masks_read (NegReader *reader, guint32 *n);
void _neg_modules_write (const NegInstance *instance, GByteArray *array);
void _neg_modules_read (NegInstance *instance, NegReader *reader);

/* neg-message-presentation.c, neg-message-annotation.c: what is read is given, NULL on failure. */
void _neg_presentation_write (const NegPresentation *presentation, GByteArray *array);
NegPresentation *_neg_presentation_read (NegReader *reader);
void _neg_key_selection_write (const NegKeySelection *selection, GByteArray *array);
NegKeySelection *_neg_key_selection_read (NegReader *reader);
void _neg_annotations_write (GPtrArray *annotations, GByteArray *array);
GPtrArray *_neg_annotations_read (NegReader *reader);

G_END_DECLS
