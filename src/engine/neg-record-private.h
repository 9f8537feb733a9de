/* Values of the index record, from where they lie to text. Internal to the reader of records. Thread: any. */
#pragma once

#include "engine/neg-element.h"
#include "engine/neg-text.h"

G_BEGIN_DECLS

typedef enum {
  NEG_KIND_CODE, /* of the default repertoire: UI, CS, DA, TM, IS, DS, AS */
  NEG_KIND_TEXT, /* in the data set's character set */
  NEG_KIND_NAME,
  NEG_KIND_UNSIGNED, /* binary: US, UL */
  NEG_KIND_SIGNED,   /* SS, SL */
  NEG_KIND_AS_PIXELS, /* either, as the pixels are */
  NEG_KIND_DOUBLE,   /* FD, FL */
} NegRecordKind;

typedef struct {
  guint64 offset;
  gsize length;
  char vr[3];
  gboolean is_found;
} NegRecordValue;

/* NULL: empty, or no such value; what is not right is *has_warnings. Given. */
char *neg_record_decode (NegSource *source, NegEncoding encoding, const NegRecordValue *value, NegRecordKind kind,
                         NegText *text, gboolean *has_warnings);

G_END_DECLS
