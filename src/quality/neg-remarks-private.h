/* neg-remarks.c: order, lengths, what is private or retired; -modules: what must be there; -values: what values may be. */
#pragma once

#include "quality/neg-remarks.h"

G_BEGIN_DECLS

typedef struct {
  const NegTags *tags;
  GPtrArray *remarks;
} NegRemarking;

#define NEG_REMARK_NOT_THERE G_MAXUINT

/* @clause is static. */
void _neg_remark (NegRemarking *remarking, NegSeverity severity, guint place, guint32 tag, const char *clause, const char *format,
                  ...) G_GNUC_PRINTF (6, 7);

void _neg_remark_modules (NegRemarking *remarking);
void _neg_remark_value (NegRemarking *remarking, guint place);

/* "Patient Name (0010,0010)"; given. */
char *_neg_remark_dup_name (const NegTag *tag);

G_END_DECLS
