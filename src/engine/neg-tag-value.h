/* One value as text. Thread: any, one NegText per thread. */
#pragma once

#include "engine/neg-text.h"

G_BEGIN_DECLS

typedef struct {
  const guint8 *bytes; /* at most the first NEG_TAGS_VALUE_BYTES_MAX of the value */
  gsize length;
  gboolean is_cut;     /* there are more */
  gboolean big_endian;
} NegTagBytes;

/* UTF-8 of at most NEG_TAGS_VALUE_BYTES_MAX bytes, given; "" of what is no text and no number. @vr: of the standard. @text: of
 * the item's character set; @plain: of the default repertoire. *@has_more: that was not all. */
char *neg_tag_value_to_text (const NegTagBytes *value, const char *vr, NegText *text, NegText *plain, gboolean *has_more);

/* "SOPInstanceUID" as "SOP Instance UID". Given. */
char *neg_tag_name_from_keyword (const char *keyword);

G_END_DECLS
