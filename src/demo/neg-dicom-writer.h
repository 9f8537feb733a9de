/* Builds a DICOM file: Explicit VR Little Endian, or encapsulated RLE (PS3.5 7, A.2, A.4.2; PS3.10 7).
 *
 * Elements may be given in any order and come out ascending. What the standard forbids (a value too long for its VR, an
 * element given twice) latches a failure, which finishing reports. Text is UTF-8, and the file says so. Thread: a
 * writer belongs to one at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NegDicomWriter NegDicomWriter;

#define NEG_DICOM_EXPLICIT_LITTLE "1.2.840.10008.1.2.1"
#define NEG_DICOM_RLE "1.2.840.10008.1.2.5"

NegDicomWriter *neg_dicom_writer_new (void);
void neg_dicom_writer_free (NegDicomWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegDicomWriter, neg_dicom_writer_free)

/* Values are joined by backslash already; NULL is an empty value. @vr: two letters of a text VR. */
void neg_dicom_writer_text (NegDicomWriter *writer, guint32 tag, const char *vr, const char *text);

/* DS and IS. */
void neg_dicom_writer_decimals (NegDicomWriter *writer, guint32 tag, const double *values, guint n);
void neg_dicom_writer_decimal (NegDicomWriter *writer, guint32 tag, double value);
void neg_dicom_writer_integer (NegDicomWriter *writer, guint32 tag, gint64 value);

void neg_dicom_writer_u16 (NegDicomWriter *writer, guint32 tag, guint16 value);             /* US */
void neg_dicom_writer_s16 (NegDicomWriter *writer, guint32 tag, gint16 value);              /* SS */
void neg_dicom_writer_u32 (NegDicomWriter *writer, guint32 tag, guint32 value);             /* UL */
void neg_dicom_writer_s32 (NegDicomWriter *writer, guint32 tag, gint32 value);              /* SL */
void neg_dicom_writer_double (NegDicomWriter *writer, guint32 tag, double value);           /* FD */
void neg_dicom_writer_tag (NegDicomWriter *writer, guint32 tag, guint32 value);             /* AT */

/* One more item of a sequence; takes it. NULL: the sequence is there, and empty. */
void neg_dicom_writer_item (NegDicomWriter *writer, guint32 tag, NegDicomWriter *item);

/* Pixel Data, native. @bits_allocated: 8 or 16. */
void neg_dicom_writer_pixels (NegDicomWriter *writer, guint bits_allocated, const void *data, gsize length);

/* Pixel Data, a fragment per frame; GByteArray of even length. */
void neg_dicom_writer_fragments (NegDicomWriter *writer, GPtrArray *fragments);

/* The whole file; SOP class and instance go into the meta header and the data set. Given; NULL on failure. */
GByteArray *neg_dicom_writer_finish (NegDicomWriter *writer, const char *sop_class_uid, const char *sop_instance_uid,
                                     const char *transfer_syntax_uid, GError **error);

/* 2.25 and a 128 bit number made from the SHA-256 of @name (PS3.5 B.2): version 8 (made by a rule of its own) in the
 * terms of RFC 9562. The same name gives the same UID: wanted here, where the data are made anew and must not differ.
 * Given. */
char *neg_dicom_uid_from_name (const char *name);

/* One frame as a segment per byte of a pixel, most significant first (PS3.5 G). @data: little endian, samples of a
 * pixel together. Given; of even length; NULL when memory is short. */
GByteArray *neg_rle_encode (const guint8 *data, guint columns, guint rows, guint samples, guint bytes_each);

G_END_DECLS
