/* Objects written byte by byte, right and wrong, for the tests of the scanner. */
#pragma once

#include <glib.h>

#define UNDEFINED 0xFFFFFFFFu
#define SYNTAX_IMPLICIT "1.2.840.10008.1.2"
#define SYNTAX_EXPLICIT "1.2.840.10008.1.2.1"
#define SYNTAX_BIG "1.2.840.10008.1.2.2"
#define SYNTAX_DEFLATED "1.2.840.10008.1.2.1.99"
#define SYNTAX_RLE "1.2.840.10008.1.2.5"
#define SYNTAX_JPEG "1.2.840.10008.1.2.4.70"

typedef struct {
  GByteArray *bytes;
  gboolean implicit_vr, big_endian;
} Object;

/* Preamble and meta header; @syntax NULL: neither. */
Object *object_new (const char *syntax);
Object *object_new_bare (gboolean implicit_vr, gboolean big_endian);
void object_free (Object *object);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Object, object_free)

/* An element's header alone, with any length. */
void object_add_header (Object *object, guint32 tag, const char *vr, guint32 length);
void object_add (Object *object, guint32 tag, const char *vr, const void *value, guint32 length);
void object_add_text (Object *object, guint32 tag, const char *vr, const char *text);
void object_add_number (Object *object, guint32 tag, guint16 number);
void object_add_zeros (Object *object, guint32 tag, const char *vr, guint32 length);

/* Everything before the pixels of an image with one sample per pixel and one frame. */
void object_add_image (Object *object, guint16 rows, guint16 columns, guint16 bits);

/* The element of encapsulated pixels, items, delimiter. */
void object_begin_fragments (Object *object, const guint32 *offsets, guint n_offsets);
void object_add_fragment (Object *object, const void *bytes, guint32 length);
void object_end_fragments (Object *object);
