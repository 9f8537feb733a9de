/* Writes small DICOM objects into memory for the tests: a preamble, a meta header and elements in the order given. */
#pragma once

#include "engine/neg-dataset.h"

typedef struct {
  GByteArray *bytes;
  gboolean implicit_vr;
} Builder;

#define EXPLICIT_LE "1.2.840.10008.1.2.1"
#define IMPLICIT_LE "1.2.840.10008.1.2"
#define STORAGE "1.2.840.10008.5.1.4.1.1."

Builder *builder_new (const char *transfer_syntax_uid);
void builder_free (Builder *builder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Builder, builder_free)

void put_bytes (Builder *builder, guint32 tag, const char *vr, const void *bytes, guint32 length);
void put_text (Builder *builder, guint32 tag, const char *vr, const char *text);

/* 16-bit words of US, SS or OW. */
void put_words (Builder *builder, guint32 tag, const char *vr, guint n, ...);
void put_double (Builder *builder, guint32 tag, double value); /* FD */
void put_ulong (Builder *builder, guint32 tag, guint32 value); /* UL */

/* A sequence of undefined length with one open item, another item, and the end of both. */
void begin_sequence (Builder *builder, guint32 tag);
void next_item (Builder *builder);
void end_sequence (Builder *builder);

/* The group 0028 of @rows 2 x 2 pixels and their zeros: last. */
void put_image (Builder *builder, guint bits_allocated, guint bits_stored, gboolean is_signed);
void put_pixels (Builder *builder, guint bits_allocated, guint frames);

/* The requester takes only what is in range: whatever the file says, the engine must not send what is not. */
void assert_sendable (const NegInstance *instance);

/* What the engine reads of it; the test fails where it reads nothing. */
NegInstance *builder_read (Builder *builder);
gboolean has_warning (const NegInstance *instance, const char *part);
