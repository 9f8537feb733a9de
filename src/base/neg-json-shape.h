/* What a JSON text from elsewhere is made of, seen before a parser has it: json-glib calls itself for each level, keeps all values,
 * loses those of several texts behind each other, and takes comments and other quotes, in which one that counts would count wrong.
 * Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint depth_max;   /* of arrays and objects within each other */
  guint values_max;  /* members, elements, arrays and objects together */
  guint objects_max; /* 0: no other limit than @values_max */
} NegJsonLimits;

/* One object or array of RFC 8259, within the limits, and nothing behind it. What is inside of numbers, words and strings is left to
 * the parser. UNREADABLE: it is none; NESTING; SIZE_OVERFLOW. */
gboolean neg_json_check_shape (const char *text, gsize length, const NegJsonLimits *limits, GError **error);

G_END_DECLS
