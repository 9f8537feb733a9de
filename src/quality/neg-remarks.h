/* What is wrong with one object by the letter of the standard, in words: like dciodvfy, for a person who looks at its elements. The
 * common modules only: what is not remarked on is not proved right. Thread: any. */
#pragma once

#include "model/neg-finding.h"
#include "wire/neg-tags.h"

G_BEGIN_DECLS

#define NEG_REMARKS_MAX 500

typedef struct {
  NegSeverity severity; /* error: the standard says shall; warning: it is asked for; note: worth knowing */
  guint32 tag;
  guint place;          /* in the list of elements; G_MAXUINT: it is not there */
  char *sentence;       /* translated */
  const char *clause;   /* of the standard: "PS3.3 C.7.6.3" */
} NegRemark;

void neg_remark_free (NegRemark *remark);

/* NegRemark, given with its free function; in the order of the elements, what is missing first. */
GPtrArray *neg_remarks_new (const NegTags *tags);

G_END_DECLS
